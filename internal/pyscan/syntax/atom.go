package syntax

// atom reads the smallest expression: a name, a literal or something in brackets.
func (p *parser) atom() *Expr {
	start := p.start()
	switch p.kind() {
	case tokName:
		name := p.text()
		p.advance()
		return p.node(start, Expr{Kind: ExprName, Text: name})
	case tokNumber, tokEllipsis, kwTrue, kwFalse, kwNone:
		name := p.text()
		p.advance()
		return p.node(start, Expr{Kind: ExprConstant, Text: name})
	case tokString, tokTemplateStart:
		return p.strings()
	case tokLeftParen:
		return p.parenthesized()
	case tokLeftBracket:
		return p.listDisplay()
	case tokLeftBrace:
		return p.braceDisplay()
	}
	p.unexpected("an expression")
	return skippedNode(ExprOther, false)
}

// elements are what stands between parentheses or square brackets.
type elements struct {
	first   *Expr // nil if there is none
	list    []*Expr
	commas  bool
	fixed   bool    // some cannot be assigned to
	clauses []*Expr // of a comprehension, of which first is the element
	isComp  bool
}

func (p *parser) elements(read func() *Expr) elements {
	var el elements
	for startsExpr[p.kind()] {
		e := read()
		if el.first == nil {
			el.first = e
			if el.isComp = p.atFor(); el.isComp {
				el.clauses = p.comprehension()
				return el
			}
		}
		el.list = p.keep(el.list, e)
		el.fixed = el.fixed || !e.isTarget()
		if !p.got(tokComma) {
			return el
		}
		el.commas = true
	}
	return el
}

// element reads an element of a display, or, in a pattern, a part of it.
func (p *parser) element() *Expr {
	if !p.pattern {
		return p.starOrNamed()
	}
	if p.kind() == tokStar {
		return p.starred()
	}
	e := p.binary(precBitOr)
	if p.got(kwAs) {
		p.name("a name after \"as\"")
	}
	return e
}

// withItem reads an item of a with statement's parentheses.
func (p *parser) withItem() *Expr {
	e := p.starOrNamed()
	if p.got(kwAs) {
		p.target()
	}
	return e
}

func (p *parser) parenthesized() *Expr {
	start, read := p.start(), p.element
	if p.withItems {
		read = p.withItem
		p.withItems = false
	}
	p.advance()
	if p.kind() == kwYield {
		e := p.yield()
		p.want(tokRightParen, "')'")
		return e
	}
	el := p.elements(read)
	p.want(tokRightParen, "',' or ')'")
	switch {
	case el.isComp:
		return p.node(start, Expr{Kind: ExprComprehension, X: el.first, List: el.clauses})
	case el.commas || el.first == nil:
		return p.node(start, Expr{Kind: ExprTuple, List: el.list, fixed: el.fixed})
	case el.first.Kind == ExprStarred:
		p.fail(start, "a starred expression alone in parentheses; a tuple needs a comma")
	}
	return el.first
}

func (p *parser) listDisplay() *Expr {
	start := p.start()
	p.advance()
	el := p.elements(p.element)
	p.want(tokRightBracket, "',' or ']'")
	if el.isComp {
		return p.node(start, Expr{Kind: ExprComprehension, X: el.first, List: el.clauses})
	}
	return p.node(start, Expr{Kind: ExprList, List: el.list, fixed: el.fixed})
}

// braceDisplay reads a dictionary or set. The first element says which.
func (p *parser) braceDisplay() *Expr {
	start := p.start()
	p.advance()
	display := Expr{Kind: ExprDict, fixed: true}
	for first := true; startsExpr[p.kind()] || p.kind() == tokDoubleStar; first = false {
		at := p.start()
		key, value := p.dictItem()
		if first {
			if value == nil {
				display.Kind = ExprList
			}
			if p.atFor() {
				display = comprehensionOf(key, value, p.comprehension())
				break
			}
		} else if (value != nil) != (display.Kind == ExprDict) {
			p.fail(at, "elements of a set and items of a dictionary between the same braces")
		}
		display.List = p.keep(display.List, key)
		if value != nil {
			display.List = p.keep(display.List, value)
		}
		if !p.got(tokComma) {
			break
		}
	}
	p.want(tokRightBrace, "',' or '}'")
	return p.node(start, display)
}

func comprehensionOf(key, value *Expr, clauses []*Expr) Expr {
	if value == nil {
		return Expr{Kind: ExprComprehension, X: key, List: clauses}
	}
	return Expr{Kind: ExprDictComprehension, X: key, Y: value, List: clauses}
}

// dictItem reads an item of a dictionary, or an element of a set, which has no value.
func (p *parser) dictItem() (key, value *Expr) {
	at := p.start()
	if p.got(tokDoubleStar) {
		x := p.binary(precBitOr)
		key = p.node(at, Expr{Kind: ExprDoubleStarred, X: x})
		return key, key
	}
	key = p.element()
	if !p.got(tokColon) {
		return key, nil
	}
	if key.Kind == ExprStarred {
		p.fail(at, "a starred expression cannot be the key of a dictionary")
	}
	if p.pattern {
		return key, p.element()
	}
	return key, p.expression()
}

func (p *parser) atFor() bool {
	return p.kind() == kwFor || p.kind() == kwAsync && p.next() == kwFor
}

// comprehension reads the clauses of a comprehension.
func (p *parser) comprehension() []*Expr {
	var clauses []*Expr
	for p.atFor() {
		start := p.start()
		p.got(kwAsync)
		p.advance()
		clause := Expr{Kind: ExprClause, X: p.targets()}
		p.want(kwIn, `"in"`)
		clause.Y = p.binary(precOr)
		for p.got(kwIf) {
			clause.List = p.keep(clause.List, p.binary(precOr))
		}
		clauses = p.keep(clauses, p.node(start, clause))
	}
	return clauses
}

// subscript reads the brackets after an expression, and returns the index.
func (p *parser) subscript() *Expr {
	p.advance()
	start := p.start()
	index := p.slice()
	if p.kind() == tokComma {
		list := p.keep(nil, index)
		for p.got(tokComma) && p.kind() != tokRightBracket {
			list = p.keep(list, p.slice())
		}
		index = p.node(start, Expr{Kind: ExprTuple, List: list, fixed: true})
	}
	p.want(tokRightBracket, "',' or ']'")
	return index
}

// slice reads an index. What a slice takes is not kept.
func (p *parser) slice() *Expr {
	start := p.start()
	var index *Expr
	if p.kind() != tokColon {
		index = p.starOrNamed()
		if p.kind() != tokColon {
			return index
		}
	}
	for range 2 {
		if p.got(tokColon) && startsExpr[p.kind()] {
			p.expression()
		}
	}
	return p.node(start, Expr{})
}

// arguments reads the arguments of a call, or the bases of a class, with their
// parentheses.
func (p *parser) arguments() []*Expr {
	p.advance()
	var list []*Expr
	var keyword, double, generator bool
	for p.fault == nil && p.kind() != tokRightParen {
		at := p.start()
		e, isGenerator := p.argument()
		switch e.Kind {
		case ExprKeyword:
			keyword = true
		case ExprDoubleStarred:
			double = true
		case ExprStarred:
			if double {
				p.fail(at, "a starred argument follows one with two stars")
			}
		default:
			if keyword || double {
				p.fail(at, "a positional argument follows one with a keyword")
			}
		}
		generator = generator || isGenerator
		list = p.keep(list, e)
		comma := p.got(tokComma)
		if generator && (comma || len(list) > 1) {
			p.fail(at, "a generator among other arguments needs parentheses of its own")
		}
		if !comma {
			break
		}
	}
	p.want(tokRightParen, "',' or ')'")
	return list
}

// argument reads one argument, and says whether it is a generator without
// parentheses of its own.
func (p *parser) argument() (e *Expr, generator bool) {
	start, text := p.start(), p.text()
	switch {
	case p.kind() == tokStar && !p.pattern:
		p.advance()
		x := p.expression()
		return p.orGenerator(start, p.node(start, Expr{Kind: ExprStarred, X: x})) // PEP 798
	case p.kind() == tokDoubleStar:
		p.advance()
		x := p.expression()
		return p.node(start, Expr{Kind: ExprDoubleStarred, X: x}), false
	case p.kind() == tokName && p.next() == tokAssign:
		p.advance()
		p.advance()
		read := p.expression
		if p.pattern {
			read = p.element
		}
		x := read()
		return p.node(start, Expr{Kind: ExprKeyword, Text: text, X: x}), false
	}
	return p.orGenerator(start, p.element())
}

// orGenerator returns an argument, or the generator of which it is the element.
func (p *parser) orGenerator(start int, e *Expr) (_ *Expr, generator bool) {
	if !p.atFor() {
		return e, false
	}
	clauses := p.comprehension()
	return p.node(start, Expr{Kind: ExprComprehension, X: e, List: clauses}), true
}
