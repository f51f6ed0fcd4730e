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
	literalFormat               // text with replacement fields
	literalBytes                // no text at all
	literalTemplate             // of a t-string
	literalKinds
)

// strings reads one string literal or several that follow each other.
func (p *parser) strings() *Expr {
	start := p.start()
	var seen [literalKinds]bool
	var whole stringPieces
	for n := 0; p.fault == nil && (p.kind() == tokString || p.kind() == tokTemplateStart); n++ {
		text, fields, kind := p.oneString()
		seen[kind] = true
		switch {
		case p.skip > 0:
		case kind == literalFormat:
			whole.addFields(p, start, fields)
		default:
			whole.add(text)
		}
	}
	isText := seen[literalText] || seen[literalOpaque] || seen[literalFormat]
	if seen[literalBytes] && (isText || seen[literalTemplate]) || seen[literalTemplate] && isText {
		p.fail(start, "literals of different types, such as bytes and str, cannot follow each other")
	}
	if !isText || seen[literalOpaque] {
		return p.node(start, Expr{})
	}
	if seen[literalFormat] {
		whole.addFields(p, start, nil)
		return p.node(start, Expr{Kind: ExprFormat, List: whole.pieces})
	}
	return p.node(start, Expr{Kind: ExprString, Text: whole.text()})
}

// stringPieces are what literals that follow each other make: text, and before it the
// pieces of f-strings with the text between them.
type stringPieces struct {
	pieces []*Expr
	first  string
	more   strings.Builder
}

func (s *stringPieces) add(text string) {
	switch {
	case s.first == "":
		s.first = text
	case text != "":
		if s.more.Len() == 0 {
			s.more.WriteString(s.first)
		}
		s.more.WriteString(text)
	}
}

func (s *stringPieces) text() string {
	if s.more.Len() > 0 {
		return s.more.String()
	}
	return s.first
}

// addFields adds the pieces of an f-string behind the text so far.
func (s *stringPieces) addFields(p *parser, start int, fields []*Expr) {
	if text := s.text(); text != "" {
		s.pieces = append(s.pieces, p.node(start, Expr{Kind: ExprString, Text: text}))
	}
	s.first = ""
	s.more.Reset()
	s.pieces = append(s.pieces, fields...)
}

// oneString reads a literal, and returns its text, or the pieces of an f-string that has
// replacement fields.
func (p *parser) oneString() (string, []*Expr, literalKind) {
	source := p.text()
	template := p.kind() == tokTemplateStart
	p.advance()
	switch {
	case template:
		return p.template(source)
	case p.skip > 0 && strings.IndexByte("bB", source[0]) < 0 && strings.IndexByte("bB", source[1]) < 0:
		return "", nil, literalText
	}
	text, kind := literal(source)
	return text, nil, kind
}

// template reads an f-string or t-string from behind its opening quotes, which
// are given with the prefix.
func (p *parser) template(opening string) (string, []*Expr, literalKind) {
	prefix := strings.ToLower(strings.TrimRight(opening, `'"`))
	start := p.start()
	kind := literalText
	var pieces stringPieces
	for p.fault == nil && !p.got(tokTemplateEnd) {
		if p.kind() == tokFieldOpen {
			field := p.field()
			if kind == literalText {
				kind = literalFormat
			}
			if p.skip == 0 {
				pieces.addFields(p, start, []*Expr{field})
			}
			continue
		}
		part := p.text()
		p.want(tokTemplateText, "the end of the string")
		if p.skip == 0 && kind != literalOpaque {
			text, ok := unescape(doubledBraces.Replace(part), strings.Contains(prefix, "r"))
			if pieces.add(text); !ok {
				kind = literalOpaque
			}
		}
	}
	if strings.Contains(prefix, "t") {
		kind = literalTemplate
	}
	if kind == literalFormat && p.skip == 0 {
		pieces.addFields(p, start, nil)
	}
	return pieces.text(), pieces.pieces, kind
}

var doubledBraces = strings.NewReplacer("{{", "{", "}}", "}")

// field reads a replacement field with its braces. The result is an ExprOther unless the
// field is the text of a value as it is.
func (p *parser) field() *Expr {
	p.advance()
	start := p.start()
	plain := true
	x := p.yieldOrExpressions()
	if p.got(tokAssign) {
		plain = false
	}
	if p.got(tokBang) {
		plain = plain && p.text() == "s"
		p.conversion()
	}
	if p.got(tokFieldSpec) {
		for p.kind() == tokTemplateText || p.kind() == tokFieldOpen {
			plain = false
			if !p.got(tokTemplateText) {
				p.field()
			}
		}
	}
	p.want(tokFieldClose, "'}' of the replacement field")
	if !plain {
		return p.node(start, Expr{})
	}
	return x
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
