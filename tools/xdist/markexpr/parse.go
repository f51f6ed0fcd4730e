package markexpr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// word matches pytest's identifiers, to which "and", "or" and "not" belong.
var word = regexp.MustCompile(`^[\p{L}\p{N}_:+\-.\[\]\\/]+`)

// parser descends through pytest's grammar:
//
//	expr:     and_expr ("or" and_expr)*
//	and_expr: not_expr ("and" not_expr)*
//	not_expr: "not" not_expr | "(" expr ")" | ident
//
// pytest's further form, a mark's name with arguments in parentheses, has no
// counterpart among tags.
type parser struct {
	text   string // as given
	column int    // of token, from 1
	token  string // the next word or parenthesis, empty at the end
	rest   string // what follows token
	names  []string
}

// Parse reads a mark expression, which must not be blank.
func Parse(text string) (*Expression, error) {
	p := &parser{text: text, column: 1, rest: text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token != "" {
		return nil, p.unexpected(`"and", "or" or the end`)
	}
	return &Expression{text: text, names: p.names, root: root}, nil
}

// advance moves on to the next token.
func (p *parser) advance() error {
	spaced := p.rest
	p.rest = strings.TrimLeft(spaced, " \t")
	p.column += utf8.RuneCountInString(p.token) + len(spaced) - len(p.rest)
	switch {
	case p.rest == "":
		p.token = ""
	case p.rest[0] == '(' || p.rest[0] == ')':
		p.token = p.rest[:1]
	default:
		p.token = word.FindString(p.rest)
		if p.token == "" {
			return fmt.Errorf("%s: column %d: unexpected character %q", p.text, p.column, []rune(p.rest)[0])
		}
	}
	p.rest = p.rest[len(p.token):]
	return nil
}

func (p *parser) or() (node, error) {
	return p.chain("or", p.and, func(left, right node) node { return or{left, right} })
}

func (p *parser) and() (node, error) {
	return p.chain("and", p.not, func(left, right node) node { return and{left, right} })
}

// chain reads operands with the operator between them.
func (p *parser) chain(operator string, operand func() (node, error), join func(left, right node) node) (node, error) {
	left, err := operand()
	for err == nil && p.token == operator {
		if err = p.advance(); err != nil {
			break
		}
		var right node
		if right, err = operand(); err == nil {
			left = join(left, right)
		}
	}
	return left, err
}

func (p *parser) not() (node, error) {
	switch p.token {
	case "not":
		if err := p.advance(); err != nil {
			return nil, err
		}
		operand, err := p.not()
		return not{operand}, err
	case "(":
		return p.parenthesised()
	case "", ")", "and", "or":
		return nil, p.unexpected(`a mark, "not" or "("`)
	}
	return p.mark()
}

func (p *parser) parenthesised() (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token != ")" {
		return nil, p.unexpected(`")"`)
	}
	return inner, p.advance()
}

func (p *parser) mark() (node, error) {
	name, column := p.token, p.column
	if strings.ContainsAny(name[:1], "+-") {
		return nil, fmt.Errorf("%s: column %d: mark %q cannot be a tag: Bazel's filters take a leading %q for an operator", p.text, column, name, name[:1])
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token == "(" {
		return nil, fmt.Errorf("%s: column %d: mark %q has arguments, which tags have not: select by the name alone", p.text, column, name)
	}
	index := slices.Index(p.names, name)
	if index < 0 {
		index = len(p.names)
		p.names = append(p.names, name)
	}
	if index == maxNames {
		return nil, fmt.Errorf("%s: more than %d marks in one expression", p.text, maxNames)
	}
	return mark(index), nil
}

func (p *parser) unexpected(wanted string) error {
	found := "the end"
	if p.token != "" {
		found = fmt.Sprintf("%q", p.token)
	}
	return fmt.Errorf("%s: column %d: expected %s, found %s", p.text, p.column, wanted, found)
}
