package syntax

// decorated reads decorators and the definition below them.
func (p *parser) decorated(body []Stmt) []Stmt {
	var decorators []*Expr
	for p.got(tokAt) {
		decorators = p.keep(decorators, p.named())
		p.want(tokNewline, "the end of the decorator's line")
	}
	switch {
	case p.kind() == kwClass:
		return p.class(body, decorators)
	case p.kind() == kwDef:
		return p.function(body, decorators)
	case p.kind() == kwAsync && p.next() == kwDef:
		p.advance()
		return p.function(body, decorators)
	}
	p.unexpected(`"def" or "class" after a decorator`)
	return nil
}

func (p *parser) function(body []Stmt, decorators []*Expr) []Stmt {
	start := p.start()
	p.advance()
	def := Def{Offset: p.start(), Start: start, Name: p.name("the function's name"), Decorators: decorators}
	skipped := 1
	if p.keepBody {
		skipped, p.keepBody = 0, false
	}
	p.skip += skipped
	p.typeParams()
	p.want(tokLeftParen, "'(' after the function's name")
	def.Params = p.params(tokRightParen)
	p.want(tokRightParen, "',' or ')'")
	if p.got(tokArrow) {
		p.expression()
	}
	def.Body = p.functionBlock(start)
	p.skip -= skipped
	def.End = p.end()
	return p.define(body, StmtDef, def)
}

// define adds a definition to a body, unless in skipped code.
func (p *parser) define(body []Stmt, kind StmtKind, def Def) []Stmt {
	if p.skip > 0 {
		return nil
	}
	return append(body, Stmt{Kind: kind, Offset: def.Offset, Def: &def})
}

func (p *parser) class(body []Stmt, decorators []*Expr) []Stmt {
	start := p.start()
	p.advance()
	def := Def{Offset: p.start(), Start: start, Name: p.name("the class's name"), Decorators: decorators}
	p.typeParams()
	if p.kind() == tokLeftParen {
		def.Args = p.arguments()
	}
	def.Body = p.block(nil, "class", start)
	def.End = p.end()
	return p.define(body, StmtClass, def)
}

// typeParams reads the type parameters of PEP 695 and 696, if there are any.
func (p *parser) typeParams() {
	if !p.got(tokLeftBracket) {
		return
	}
	for {
		if !p.got(tokStar) {
			p.got(tokDoubleStar)
		}
		p.name("a type parameter")
		if p.got(tokColon) {
			p.expression()
		}
		if p.got(tokAssign) {
			p.starOrExpression()
		}
		if !p.got(tokComma) || p.kind() == tokRightBracket {
			break
		}
	}
	p.want(tokRightBracket, "',' or ']'")
}

// A paramList checks the order of parameters.
type paramList struct {
	params                      []Param
	slash, star, end, defaulted bool
}

// params reads the parameters of a function, up to but without its closing
// parenthesis, or of a lambda, whose colon ends them and allows no annotations.
func (p *parser) params(end tokenKind) []Param {
	var list paramList
	for p.fault == nil && p.kind() != end {
		p.param(&list, end)
		if p.fault != nil || !p.got(tokComma) {
			break
		}
		if list.end && p.kind() != end {
			p.unexpected("the end of the parameters after **")
		}
	}
	return list.params
}

func (p *parser) param(list *paramList, end tokenKind) {
	typed := end == tokRightParen
	switch p.kind() {
	case tokSlash:
		if list.slash || list.star || len(list.params) == 0 || p.text() != "/" {
			p.unexpected("a parameter")
		}
		list.slash = true
		p.advance()
	case tokStar:
		p.starParam(list, typed)
	case tokDoubleStar:
		p.advance()
		list.params = append(list.params, Param{Name: p.name("a name after **"), Stars: 2})
		p.annotation(typed, false)
		list.end = true
	default:
		at := p.start()
		param := Param{Name: p.name("a parameter")}
		p.annotation(typed, false)
		if p.got(tokAssign) {
			param.Default = p.expression()
			list.defaulted = true
		} else if list.defaulted && !list.star {
			p.fail(at, "a parameter without a default follows one that has a default")
		}
		list.params = append(list.params, param)
	}
}

// starParam reads *name, or the bare * before parameters that are keywords only.
func (p *parser) starParam(list *paramList, typed bool) {
	if list.star {
		p.unexpected("a parameter; there is only one * in a list")
	}
	list.star = true
	p.advance()
	if p.kind() != tokComma {
		list.params = append(list.params, Param{Name: p.name("a name after *"), Stars: 1})
		p.annotation(typed, true)
	} else if p.next() != tokName {
		p.advance()
		p.unexpected("a name after the bare *")
	}
}

func (p *parser) annotation(typed, starred bool) {
	if !typed || !p.got(tokColon) {
		return
	}
	if starred {
		p.starOrExpression()
	} else {
		p.expression()
	}
}
