package syntax

// expressions reads one expression or a tuple without parentheses, whose
// elements may be starred; named allows "name := value" among them.
func (p *parser) expressions(named bool) *Expr {
	start := p.start()
	read := p.starOrExpression
	if named {
		read = p.starOrNamed
	}
	first := read()
	if p.kind() != tokComma {
		return first
	}
	list, fixed := p.keep(nil, first), !first.isTarget()
	for p.got(tokComma) && startsExpr[p.kind()] {
		e := read()
		list, fixed = p.keep(list, e), fixed || !e.isTarget()
	}
	return p.node(start, Expr{Kind: ExprTuple, List: list, fixed: fixed})
}

func (p *parser) yieldOrExpressions() *Expr {
	if p.kind() == kwYield {
		return p.yield()
	}
	return p.expressions(false)
}

func (p *parser) yield() *Expr {
	start := p.start()
	p.advance()
	if p.got(kwFrom) {
		p.expression()
	} else if startsExpr[p.kind()] {
		p.expressions(false)
	}
	return p.node(start, Expr{})
}

func (p *parser) starOrExpression() *Expr {
	if p.kind() == tokStar {
		return p.starred()
	}
	return p.expression()
}

func (p *parser) starOrNamed() *Expr {
	if p.kind() == tokStar {
		return p.starred()
	}
	return p.named()
}

func (p *parser) starred() *Expr {
	start := p.start()
	p.advance()
	x := p.binary(precBitOr)
	return p.node(start, Expr{Kind: ExprStarred, X: x, fixed: !x.isTarget()})
}

// targets reads the targets of a for.
func (p *parser) targets() *Expr {
	start := p.start()
	first := p.target()
	if p.kind() != tokComma {
		return first
	}
	list := p.keep(nil, first)
	for p.got(tokComma) && startsExpr[p.kind()] {
		list = p.keep(list, p.target())
	}
	return p.node(start, Expr{Kind: ExprTuple, List: list})
}

// target reads what a for, with or except binds.
func (p *parser) target() *Expr {
	start := p.start()
	if p.kind() == tokStar {
		return p.starred()
	}
	e := p.primary()
	p.checkTarget(e, start)
	return e
}

// named reads an expression, or "name := expression".
func (p *parser) named() *Expr {
	if p.kind() != tokName || p.next() != tokWalrus {
		return p.expression()
	}
	start, name := p.start(), p.text()
	p.advance()
	p.advance()
	x := p.expression()
	return p.node(start, Expr{Kind: ExprNamed, Text: name, X: x})
}

// expression reads an expression other than a starred one, tuple or yield.
func (p *parser) expression() *Expr {
	if !p.enter() {
		return skippedNode(ExprOther, false)
	}
	defer p.leave()
	start := p.start()
	if p.kind() == kwLambda {
		return p.lambda()
	}
	x := p.binary(precOr)
	if !p.got(kwIf) {
		return x
	}
	cond := p.binary(precOr)
	p.want(kwElse, `"else" of the conditional expression`)
	y := p.expression()
	return p.node(start, Expr{Kind: ExprConditional, X: x, Y: y, Z: cond})
}

func (p *parser) lambda() *Expr {
	start := p.start()
	p.advance()
	at := p.start()
	lambda := Expr{Kind: ExprLambda}
	p.skip++
	params := p.params(tokColon)
	p.skip--
	for _, param := range params {
		lambda.List = p.keep(lambda.List, p.node(at, Expr{Kind: ExprName, Text: param.Name}))
	}
	p.want(tokColon, "':' of the lambda")
	lambda.X = p.expression()
	return p.node(start, lambda)
}

// binary reads operands joined by operators of at least the given precedence.
func (p *parser) binary(least uint8) *Expr {
	start := p.start()
	var x *Expr
	if p.kind() == kwNot && least <= precNot {
		x = p.not()
	} else {
		x = p.unary()
	}
	for {
		op := p.kind()
		prec := precedence[op]
		if op == kwNot && p.next() == kwIn {
			prec = precCompare
		}
		if prec == 0 || prec < least {
			return x
		}
		kind := p.binaryKind()
		p.advance()
		if op == kwIs {
			p.got(kwNot)
		} else if op == kwNot {
			p.advance()
		}
		if prec == precCompare && isComparison[x.Kind] {
			kind = ExprOther // a < b < c
		}
		y := p.binary(prec + 1)
		x = p.node(start, Expr{Kind: kind, X: x, Y: y})
	}
}

var isComparison = [exprKinds]bool{ExprEqual: true, ExprNotEqual: true, ExprIn: true, ExprNotIn: true}

// binaryKind returns the kind that the operator which comes next makes.
func (p *parser) binaryKind() ExprKind {
	switch p.kind() {
	case tokPlus:
		return ExprAdd
	case tokEqual:
		return ExprEqual
	case kwIn:
		return ExprIn
	case kwNot:
		return ExprNotIn
	case kwAnd:
		return ExprAnd
	case kwOr:
		return ExprOr
	case tokCompare:
		if p.text() == "!=" {
			return ExprNotEqual
		}
	case tokSlash:
		if p.text() == "%" {
			return ExprModulo
		}
	}
	return ExprOther
}

func (p *parser) not() *Expr {
	if !p.enter() {
		return skippedNode(ExprOther, false)
	}
	defer p.leave()
	start := p.start()
	p.advance()
	x := p.binary(precNot)
	return p.node(start, Expr{Kind: ExprNot, X: x})
}

// unary reads an operand with its signs and its power.
func (p *parser) unary() *Expr {
	start := p.start()
	switch p.kind() {
	case tokPlus, tokMinus, tokTilde:
		p.advance()
		return p.operand(start)
	}
	x := p.primary()
	if p.got(tokDoubleStar) {
		return p.operand(start)
	}
	return x
}

// operand reads the operand of a sign or power.
func (p *parser) operand(start int) *Expr {
	if !p.enter() {
		return skippedNode(ExprOther, false)
	}
	defer p.leave()
	p.unary()
	return p.node(start, Expr{})
}

// primary reads an atom with its attributes, calls and subscripts.
func (p *parser) primary() *Expr {
	start := p.start()
	await := p.got(kwAwait)
	x := p.atom()
	for {
		switch p.kind() {
		case tokDot:
			p.advance()
			name := p.name("an attribute's name")
			x = p.node(start, Expr{Kind: ExprAttribute, Text: name, X: x})
		case tokLeftParen:
			p.importOrSkip()
			args := p.arguments()
			x = p.node(start, Expr{Kind: ExprCall, X: x, List: args})
		case tokLeftBracket:
			index := p.subscript()
			x = p.node(start, Expr{Kind: ExprSubscript, X: x, Y: index})
		default:
			if await {
				return p.node(start, Expr{})
			}
			return x
		}
	}
}

// importOrSkip notes the import in a call of pytest.importorskip. The present
// token is the call's parenthesis.
func (p *parser) importOrSkip() {
	callee := p.toks[p.i-1]
	if p.next() != tokString || p.src[callee.start:callee.end] != "importorskip" {
		return
	}
	t := p.toks[p.i+1]
	if text, kind := literal(p.src[t.start:t.end]); kind == literalText {
		p.imports = append(p.imports, Import{Module: text, Guarded: true, Offset: int(callee.start)})
	}
}
