package syntax

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CPython's own limits. They also bound the parser's recursion.
const (
	maxNesting = 200 // brackets and template strings within each other
	maxIndents = 100
)

// A lexer cuts a text into tokens. It stops at the first fault.
type lexer struct {
	src     string
	pos     int
	toks    []token
	indents []indent
	// open holds what must still be closed: brackets, and template strings
	// with their fields. Within any of it a line end means nothing.
	open        []opening
	annotations []Annotation
	fault       *fault
}

// An indent is the width of a line's leading white space, with tabs to the next
// multiple of eight and with tabs as one: where the two disagree on which line
// is deeper, Python refuses to guess.
type indent struct{ col, alt int }

// tokenize returns the tokens of a text; the last is tokEOF, or tokError where
// there is a fault.
func tokenize(src string) ([]token, []Annotation, *fault) {
	l := lexer{src: src, toks: make([]token, 0, len(src)/3+16), indents: make([]indent, 1, 8)}
	for l.fault == nil && l.pos < len(src) {
		if l.lineStart() {
			l.logicalLine()
		}
	}
	if l.fault != nil {
		l.emit(tokError, l.pos)
		return l.toks, nil, l.fault
	}
	for range l.indents[1:] {
		l.emit(tokDedent, l.pos)
	}
	l.emit(tokEOF, l.pos)
	return l.toks, l.annotations, nil
}

// emit adds the token that ends at the present position.
func (l *lexer) emit(kind tokenKind, start int) {
	l.toks = append(l.toks, token{kind, int32(start), int32(l.pos)})
}

func (l *lexer) fail(offset int, format string, args ...any) {
	if l.fault == nil {
		l.fault = faultf(offset, format, args...)
	}
}

// at returns the byte n places on, or 0 at the end: the text itself holds no NUL.
func (l *lexer) at(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

// lineStart reads the white space that begins a logical line and makes indent
// and dedent tokens of it. For a line without tokens it returns false.
func (l *lexer) lineStart() bool {
	var width, continued indent
	for ; ; l.pos++ {
		switch l.at(0) {
		case ' ':
			width = indent{width.col + 1, width.alt + 1}
		case '\t':
			width = indent{width.col/8*8 + 8, width.alt + 1}
		case '\f':
			width = indent{}
		case '\\':
			// The white space before the first backslash counts.
			if continued.col == 0 {
				continued = width
			}
			if l.continuation(); l.fault != nil {
				return false
			}
			l.pos--
		case '#', '\n', 0:
			l.skipLine()
			return false
		default:
			if continued.col > 0 {
				width = continued
			}
			l.indentation(width)
			return l.fault == nil
		}
	}
}

// skipLine moves to the next line.
func (l *lexer) skipLine() {
	l.skipComment()
	if l.pos < len(l.src) {
		l.pos++
	}
}

// skipComment moves to the line's end.
func (l *lexer) skipComment() {
	start := l.pos
	for l.pos < len(l.src) && l.src[l.pos] != '\n' {
		l.pos++
	}
	l.annotation(start)
}

// annotation keeps the comment that ends here if it is one for Gazelle.
func (l *lexer) annotation(start int) {
	text, ok := strings.CutPrefix(strings.TrimLeft(l.src[start:l.pos], "# "), "gazelle:")
	if ok {
		key, value, _ := strings.Cut(text, " ")
		l.annotations = append(l.annotations, Annotation{strings.Clone(key), strings.Clone(strings.TrimSpace(value)), start})
	}
}

func (l *lexer) indentation(width indent) {
	top := l.indents[len(l.indents)-1]
	if width.col > top.col {
		if len(l.indents) == maxIndents {
			l.fail(l.pos, "more than %d levels of indentation", maxIndents-1)
		}
		if width.alt <= top.alt {
			l.failTabs()
		}
		l.indents = append(l.indents, width)
		l.emit(tokIndent, l.pos)
		return
	}
	// Before the blocks that it would end are: which one it is wrong in is still to tell.
	if !slices.ContainsFunc(l.indents, func(outer indent) bool { return outer.col == width.col }) {
		l.fail(l.pos, "unindent does not match any outer level of indentation")
		return
	}
	for width.col < top.col {
		l.indents = l.indents[:len(l.indents)-1]
		top = l.indents[len(l.indents)-1]
		l.emit(tokDedent, l.pos)
	}
	if width.alt != top.alt {
		l.failTabs()
	}
}

func (l *lexer) failTabs() {
	l.fail(l.pos, "tabs and spaces are mixed so that the indentation depends on the width of a tab; use spaces only")
}

// logicalLine reads tokens up to the end of the logical line.
func (l *lexer) logicalLine() {
	for l.fault == nil {
		if l.inText() {
			l.templateText()
			continue
		}
		start := l.pos
		switch c := l.at(0); {
		case c == ' ' || c == '\t' || c == '\f':
			l.pos++
		case isIdent[c]:
			if isDigit(c) {
				l.number()
			} else {
				l.word()
			}
		case c == '\n':
			l.pos++
			if len(l.open) == 0 {
				l.emit(tokNewline, start)
				return
			}
		case c == '#':
			l.skipComment()
		case c == '"' || c == '\'':
			l.str(start)
		case c == '.' && isDigit(l.at(1)):
			l.number()
		case c == '\\':
			l.continuation()
		case c == 0:
			l.endOfText()
			return
		default:
			l.operator(c)
		}
	}
}

func (l *lexer) endOfText() {
	if n := len(l.open); n > 0 {
		l.fail(l.open[n-1].offset, "%s is never closed", l.open[n-1].name())
		return
	}
	l.emit(tokNewline, l.pos)
}

// continuation skips a backslash and the line end after it.
func (l *lexer) continuation() {
	switch {
	case l.at(1) != '\n':
		l.fail(l.pos, "a backslash that joins lines must be the last character of its line")
	case l.pos+2 >= len(l.src):
		l.fail(l.pos, "the file ends after a backslash that joins lines")
	default:
		l.pos += 2
	}
}

// word reads a name, a keyword, or a string with a prefix.
func (l *lexer) word() {
	start := l.pos
	l.skipWord()
	if l.fault != nil {
		return
	}
	word := l.src[start:l.pos]
	if c := l.at(0); (c == '"' || c == '\'') && isStringPrefix(word) {
		l.str(start)
		return
	}
	l.emit(keyword(word), start)
}

func (l *lexer) skipWord() {
	start := l.pos
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if !isIdent[c] {
			return
		}
		if c < utf8.RuneSelf {
			l.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !isIdentRune(r, l.pos == start) {
			l.fail(l.pos, "invalid character %q (%U)", r, r)
			return
		}
		l.pos += n
	}
}

// isIdent has the bytes that a name may hold. Those beyond ASCII are looked at
// as runes.
var isIdent = func() (set [256]bool) {
	for c := range set {
		set[c] = c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
	}
	return set
}()

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isIdentRune lets pass what this program's Unicode tables do not know yet:
// Python's may be newer.
func isIdentRune(r rune, first bool) bool {
	if unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start) || !isAssigned(r) {
		return true
	}
	return !first && unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

func isAssigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
}

// operator reads a bracket or operator.
func (l *lexer) operator(c byte) {
	start := l.pos
	if l.inField() && l.fieldOperator(c) {
		return
	}
	if c < utf8.RuneSelf {
		for _, op := range operators[c] {
			if n := start + len(op.text); n <= len(l.src) && l.src[start:n] == op.text {
				l.pos = n
				l.bracket(op.kind, start)
				l.emit(op.kind, start)
				return
			}
		}
	}
	l.fail(start, "%q has no meaning in Python", rune(c))
}

// bracket keeps account of open brackets.
func (l *lexer) bracket(kind tokenKind, start int) {
	switch kind {
	case tokLeftParen, tokLeftBracket, tokLeftBrace:
		l.push(opening{kind: openBracket, offset: start, bracket: l.src[start]})
	case tokRightParen, tokRightBracket, tokRightBrace:
		l.closeBracket(l.src[start], start)
	}
}

func (l *lexer) closeBracket(c byte, start int) {
	if len(l.open) == 0 {
		l.fail(start, "'%c' closes nothing", c)
		return
	}
	top := l.open[len(l.open)-1]
	if top.kind != openBracket || closing(top.bracket) != c {
		l.fail(start, "'%c' does not close %s opened on line %d", c, top.name(), lineOf(l.src, top.offset))
		l.fault.since = top.offset
		return
	}
	l.open = l.open[:len(l.open)-1]
}

func closing(bracket byte) byte {
	switch bracket {
	case '(':
		return ')'
	case '[':
		return ']'
	}
	return '}'
}
