package syntax

import "strings"

// An opening is something that must be closed.
type opening struct {
	kind    openKind
	bracket byte // of openBracket
	// quote and raw are those of the template string, also for its fields.
	quote  string
	raw    bool
	offset int
}

type openKind uint8

const (
	openBracket  openKind = iota
	openTemplate          // an f-string's or t-string's text
	openField             // a replacement field's expression
	openSpec              // a replacement field's format specification, which is text again
)

// name describes an opening in a message.
func (o opening) name() string {
	switch o.kind {
	case openBracket:
		return "'" + string(o.bracket) + "'"
	case openTemplate:
		return "the string"
	default:
		return "the string's '{'"
	}
}

func (l *lexer) push(o opening) {
	if len(l.open) == maxNesting {
		l.fail(o.offset, "brackets are nested more than %d deep", maxNesting)
	}
	l.open = append(l.open, o)
}

func (l *lexer) pop() { l.open = l.open[:len(l.open)-1] }

// isStringPrefix says whether a word before a quote belongs to the string.
func isStringPrefix(word string) bool {
	switch len(word) {
	case 1:
		return strings.ContainsAny(word, "rRbBuUfFtT")
	case 2:
		a, b := word[0]|0x20, word[1]|0x20
		return a == 'r' && strings.IndexByte("bft", b) >= 0 || b == 'r' && strings.IndexByte("bft", a) >= 0
	}
	return false
}

// str reads a string from its opening quote on; start is where its prefix begins.
func (l *lexer) str(start int) {
	prefix := strings.ToLower(l.src[start:l.pos])
	quote := l.src[l.pos : l.pos+1]
	if l.at(1) == quote[0] && l.at(2) == quote[0] {
		quote = l.src[l.pos : l.pos+3]
	}
	l.pos += len(quote)
	raw := strings.Contains(prefix, "r")
	if strings.ContainsAny(prefix, "ft") {
		l.emit(tokTemplateStart, start)
		l.push(opening{kind: openTemplate, quote: quote, raw: raw, offset: start})
		return
	}
	l.stringBody(start, quote, raw, strings.Contains(prefix, "b"))
}

// stringBody reads a plain string from behind its opening quote to its end.
func (l *lexer) stringBody(start int, quote string, raw, bytes bool) {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == quote[0]:
			if len(quote) == 1 || l.at(1) == c && l.at(2) == c {
				l.pos += len(quote)
				l.emit(tokString, start)
				return
			}
			l.pos++
		case c == '\\':
			l.escape(raw, bytes)
		case c == '\n' && len(quote) == 1:
			l.failUnclosed(start, quote, " on its line")
			return
		case bytes && c >= 0x80:
			l.fail(l.pos, "a bytes literal holds ASCII characters only")
			return
		default:
			l.pos++
		}
		if l.fault != nil {
			return
		}
	}
	l.failUnclosed(start, quote, "")
}

// failUnclosed reports a string without end. In a replacement field it is more
// likely the closing quote of the string around, and a brace that is missing.
func (l *lexer) failUnclosed(start int, quote, where string) {
	for _, o := range l.open {
		if o.kind == openField && o.quote == quote {
			l.fail(o.offset, "%s is never closed", o.name())
		}
	}
	l.fail(start, "the string has no closing %s%s", quote, where)
}

// escape skips a backslash and what it stands before, of which the caller need
// not know more than that it closes no string.
func (l *lexer) escape(raw, bytes bool) {
	if !raw {
		l.checkEscape(bytes)
	}
	l.pos++
	if l.pos < len(l.src) && (!bytes || l.src[l.pos] < 0x80) {
		l.pos++
	}
}

// checkEscape reports an escape that CPython's parser refuses.
func (l *lexer) checkEscape(bytes bool) {
	var digits int
	switch c := l.at(1); {
	case c == 'x':
		digits = 2
	case c == 'u' && !bytes:
		digits = 4
	case c == 'U' && !bytes:
		digits = 8
	case c == 'N' && !bytes:
		if l.at(2) != '{' {
			l.fail(l.pos, `malformed escape: \N must be followed by a name in braces`)
		}
		return
	}
	for i := range digits {
		if !isHex(l.at(2 + i)) {
			l.fail(l.pos, `malformed escape: \%c must be followed by %d hexadecimal digits`, l.at(1), digits)
			return
		}
	}
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// inText says whether the next byte is text of a template string.
func (l *lexer) inText() bool {
	if len(l.open) == 0 {
		return false
	}
	kind := l.open[len(l.open)-1].kind
	return kind == openTemplate || kind == openSpec
}

func (l *lexer) inField() bool {
	return len(l.open) > 0 && l.open[len(l.open)-1].kind == openField
}

// fieldOperator reads those characters that mean something else between the
// braces of a replacement field, and says whether it did.
func (l *lexer) fieldOperator(c byte) bool {
	start, top := l.pos, l.open[len(l.open)-1]
	switch {
	case c == ':':
		l.pos++
		l.emit(tokFieldSpec, start)
		top.kind = openSpec
		l.push(top)
	case c == '!' && l.at(1) != '=':
		l.pos++
		l.emit(tokBang, start)
	case c == '}':
		l.pos++
		l.emit(tokFieldClose, start)
		l.pop()
	default:
		return false
	}
	return true
}

// templateText reads text up to the next replacement field or the end.
func (l *lexer) templateText() {
	top := l.open[len(l.open)-1]
	spec := top.kind == openSpec
	start := l.pos
	for l.fault == nil && l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.templateEscape(top.raw)
		case (c == '{' || c == '}') && !spec && l.at(1) == c:
			l.pos += 2
		case c == '{':
			l.emitText(start)
			l.pos++
			l.emit(tokFieldOpen, l.pos-1)
			l.push(opening{kind: openField, quote: top.quote, raw: top.raw, offset: l.pos - 1})
			return
		case c == '}' && spec:
			// The field goes on behind its specification.
			l.emitText(start)
			l.pop()
			return
		case c == '}':
			l.fail(l.pos, "a single '}' in an f-string; write it twice")
		case strings.HasPrefix(l.src[l.pos:], top.quote):
			l.templateEnd(start, top, spec)
			return
		case c == '\n' && len(top.quote) == 1:
			if spec {
				l.emitText(start)
				l.pop()
				return
			}
			l.fail(top.offset, "the string has no closing %s on its line", top.quote)
		default:
			l.pos++
		}
	}
	l.fail(top.offset, "%s is never closed", top.name())
}

func (l *lexer) templateEnd(start int, top opening, spec bool) {
	if spec {
		l.fail(top.offset, "%s is never closed", top.name())
		return
	}
	l.emitText(start)
	l.pos += len(top.quote)
	l.emit(tokTemplateEnd, l.pos-len(top.quote))
	l.pop()
}

func (l *lexer) emitText(start int) {
	if l.pos > start {
		l.emit(tokTemplateText, start)
	}
}

// templateEscape skips a backslash with what belongs to it. A brace does not,
// but for those around a character's name.
func (l *lexer) templateEscape(raw bool) {
	if next := l.at(1); next == '{' || next == '}' {
		l.pos++
		return
	}
	if !raw && l.at(1) == 'N' && l.at(2) == '{' {
		if n := strings.IndexByte(l.src[l.pos:], '}'); n >= 0 {
			l.pos += n + 1
			return
		}
	}
	l.escape(raw, false)
}
