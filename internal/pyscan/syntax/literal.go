package syntax

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A literalKind says what a string literal makes.
type literalKind uint8

const (
	literalText     literalKind = iota
	literalOpaque               // text that is known to Python only
	literalBytes                // no text at all
	literalTemplate             // of a t-string
)

// strings reads one string literal or several that follow each other.
func (p *parser) strings() *Expr {
	start := p.start()
	var joined strings.Builder
	var seen [literalTemplate + 1]bool
	text := ""
	for n := 0; p.fault == nil && (p.kind() == tokString || p.kind() == tokTemplateStart); n++ {
		piece, kind := p.oneString()
		seen[kind] = true
		switch {
		case p.skip > 0:
		case n == 0:
			text = piece
		default:
			if n == 1 {
				joined.WriteString(text)
			}
			joined.WriteString(piece)
		}
	}
	isText := seen[literalText] || seen[literalOpaque]
	if seen[literalBytes] && (isText || seen[literalTemplate]) || seen[literalTemplate] && isText {
		p.fail(start, "literals of different types, such as bytes and str, cannot follow each other")
	}
	if !seen[literalText] || seen[literalOpaque] {
		return p.node(start, Expr{})
	}
	if joined.Len() > 0 {
		text = joined.String()
	}
	return p.node(start, Expr{Kind: ExprString, Text: text})
}

func (p *parser) oneString() (string, literalKind) {
	source := p.text()
	template := p.kind() == tokTemplateStart
	p.advance()
	switch {
	case template:
		return p.template(source)
	case p.skip > 0 && strings.IndexByte("bB", source[0]) < 0 && strings.IndexByte("bB", source[1]) < 0:
		return "", literalText
	}
	return literal(source)
}

// template reads an f-string or t-string from behind its opening quotes, which
// are given with the prefix.
func (p *parser) template(opening string) (string, literalKind) {
	prefix := strings.ToLower(strings.TrimRight(opening, `'"`))
	kind := literalText
	text := ""
	for p.fault == nil && !p.got(tokTemplateEnd) {
		if p.kind() == tokFieldOpen {
			p.field()
			kind = literalOpaque
			continue
		}
		part := p.text()
		p.want(tokTemplateText, "the end of the string")
		if p.skip == 0 && kind == literalText {
			var ok bool
			part = doubledBraces.Replace(part)
			if text, ok = unescape(part, strings.Contains(prefix, "r")); !ok {
				kind = literalOpaque
			}
		}
	}
	if strings.Contains(prefix, "t") {
		kind = literalTemplate
	}
	return text, kind
}

var doubledBraces = strings.NewReplacer("{{", "{", "}}", "}")

// field reads a replacement field with its braces.
func (p *parser) field() {
	p.skip++
	p.advance()
	p.yieldOrExpressions()
	p.got(tokAssign)
	if p.got(tokBang) {
		p.conversion()
	}
	if p.got(tokFieldSpec) {
		for p.kind() == tokTemplateText || p.kind() == tokFieldOpen {
			if !p.got(tokTemplateText) {
				p.field()
			}
		}
	}
	p.want(tokFieldClose, "'}' of the replacement field")
	p.skip--
}

// conversion reads what follows the "!" of a replacement field.
func (p *parser) conversion() {
	if at := p.start(); !isConversion[p.name("a conversion, s, r or a,")] {
		p.fail(at, "a conversion is one of s, r and a")
	}
}

var isConversion = map[string]bool{"s": true, "r": true, "a": true}

// literal evaluates a plain string literal.
func literal(source string) (string, literalKind) {
	body := strings.TrimLeft(source, "rRbBuU")
	prefix := strings.ToLower(source[:len(source)-len(body)])
	if strings.Contains(prefix, "b") {
		return "", literalBytes
	}
	quotes := 1
	if len(body) >= 6 && body[0] == body[1] && body[0] == body[2] {
		quotes = 3
	}
	text, ok := unescape(body[quotes:len(body)-quotes], strings.Contains(prefix, "r"))
	if !ok {
		return "", literalOpaque
	}
	return text, literalText
}

// simpleEscapes has the escapes of one character.
var simpleEscapes = map[byte]string{
	'\n': "", '\\': "\\", '\'': "'", '"': "\"",
	'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// unescape evaluates the escapes of a string. It gives up on characters by name.
func unescape(s string, raw bool) (string, bool) {
	if raw || strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var b strings.Builder
	for {
		n := strings.IndexByte(s, '\\')
		if n < 0 || n+1 >= len(s) {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:n])
		c := s[n+1]
		s = s[n:]
		if c == 'N' {
			return "", false
		}
		if text, ok := simpleEscapes[c]; ok {
			b.WriteString(text)
			s = s[2:]
			continue
		}
		r, length := numericEscape(s)
		if length == 0 {
			b.WriteByte('\\') // not an escape: the backslash stands for itself
			s = s[1:]
			continue
		}
		b.WriteRune(r)
		s = s[length:]
	}
}

// numericEscape evaluates an escape that gives a character's number, and returns
// its length, which is 0 if s begins with no such escape.
func numericEscape(s string) (r rune, length int) {
	base, from, to := 16, 2, 0
	switch c := s[1]; {
	case c == 'x':
		to = 4
	case c == 'u':
		to = 6
	case c == 'U':
		to = 10
	case c >= '0' && c <= '7':
		base, from, to = 8, 1, 2
		for to < 4 && to < len(s) && s[to] >= '0' && s[to] <= '7' {
			to++
		}
	}
	if to == 0 || to > len(s) {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[from:to], base, 32)
	if err != nil {
		return 0, 0
	}
	if n > utf8.MaxRune {
		return utf8.RuneError, to
	}
	return rune(n), to
}
