package syntax

// number reads a numeric literal, which begins with a digit or a dot before one.
func (l *lexer) number() {
	start := l.pos
	if !l.basedInteger() {
		l.decimal(start)
	}
	if l.fault != nil {
		return
	}
	if l.pos < len(l.src) && isIdent[l.src[l.pos]] && !l.atOperatorWord() {
		l.fail(start, "malformed number %q", l.src[start:l.pos+1])
		return
	}
	l.emit(tokNumber, start)
}

// basedInteger reads a number like 0xff, if there is one.
func (l *lexer) basedInteger() bool {
	if l.at(0) != '0' {
		return false
	}
	var isDigitOfBase func(byte) bool
	switch l.at(1) | 0x20 {
	case 'x':
		isDigitOfBase = isHex
	case 'o':
		isDigitOfBase = func(c byte) bool { return c >= '0' && c <= '7' }
	case 'b':
		isDigitOfBase = func(c byte) bool { return c == '0' || c == '1' }
	default:
		return false
	}
	l.pos += 2
	if l.at(0) == '_' {
		l.pos++
	}
	l.digits(isDigitOfBase)
	if isDigit(l.at(0)) {
		l.fail(l.pos, "the digit %c is too large for this number's base", l.at(0))
	}
	return true
}

func (l *lexer) decimal(start int) {
	if l.at(0) != '.' {
		l.digits(isDigit)
	}
	integer := l.pos
	if l.at(0) == '.' {
		l.pos++
		if isDigit(l.at(0)) {
			l.digits(isDigit)
		}
	}
	l.exponent()
	if c := l.at(0); c == 'j' || c == 'J' {
		l.pos++
	}
	if l.pos == integer && l.fault == nil {
		l.checkLeadingZero(start)
	}
}

func (l *lexer) exponent() {
	if c := l.at(0); c != 'e' && c != 'E' {
		return
	}
	sign := 0
	if c := l.at(1); c == '+' || c == '-' {
		sign = 1
	}
	if isDigit(l.at(1 + sign)) {
		l.pos += 1 + sign
		l.digits(isDigit)
	}
}

// digits reads one digit or more, with single underscores between them.
func (l *lexer) digits(isDigit func(byte) bool) {
	for {
		if !isDigit(l.at(0)) {
			l.fail(l.pos, "malformed number: a digit must stand here")
			return
		}
		for isDigit(l.at(0)) {
			l.pos++
		}
		if l.at(0) != '_' {
			return
		}
		l.pos++
	}
}

func (l *lexer) checkLeadingZero(start int) {
	if l.src[start] != '0' {
		return
	}
	for _, c := range l.src[start:l.pos] {
		if c != '0' && c != '_' {
			l.fail(start, "an integer does not begin with 0; write an octal number as 0o17")
			return
		}
	}
}

// atOperatorWord says whether a keyword follows that may touch a number, as in
// "1if x else 2".
func (l *lexer) atOperatorWord() bool {
	end := l.pos
	for end < len(l.src) && isIdent[l.src[end]] {
		end++
	}
	switch keyword(l.src[l.pos:end]) {
	case kwAnd, kwElse, kwFor, kwIf, kwIn, kwIs, kwNot, kwOr:
		return true
	}
	return false
}
