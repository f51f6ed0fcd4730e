package syntax

// atom reads the smallest expression: a name, a literal or something in brackets.
func (p *parser) atom() *Expr {
	start := p.start()
	switch p.kind() {
	case tokName:
		name := p.text()
		p.advance()
		return p.node(start, Expr{Kind: ExprName, Name: name})
	case tokNumber, tokEllipsis, kwTrue, kwFalse, kwNone:
		name := p.text()
		p.advance()
		return p.node(start, Expr{Kind: ExprConstant, Name: name})
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
	return &skipped[ExprOther]
}

func (p *parser) parenthesized() *Expr {
	start := p.start()
	aliases := p.withItems
	p.withItems = false
	p.advance()
	if p.kind() == kwYield {
		e := p.yield()
		p.want(tokRightParen, "')'")
		return e
	}
	list, commas, e := p.elements(tokRightParen, aliases)
	p.want(tokRightParen, "',' or ')'")
	switch {
	case e != nil:
		return p.node(start, *e)
	case commas:
		return p.node(start, Expr{Kind: ExprTuple, List: list})
	case p.skip > 0:
		return p.lastSkipped
	}
	return list[0]
}

func (p *parser) listDisplay() *Expr {
	start := p.start()
	p.advance()
	list, _, e := p.elements(tokRightBracket, false)
	p.want(tokRightBracket, "',' or ']'")
	if e != nil {
		return p.node(start, *e)
	}
	return p.node(start, Expr{Kind: ExprList, List: list})
}
