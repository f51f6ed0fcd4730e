package syntax

import "strings"

// simple reads a statement without a block.
func (p *parser) simple(body []Stmt) []Stmt {
	switch p.kind() {
	case kwImport:
		return p.importStatement(body)
	case kwFrom:
		return p.fromImport(body)
	case kwBreak, kwContinue:
		p.jumps++
		p.advance()
		return body
	case kwPass:
		p.advance()
		return body
	case kwReturn:
		s := Stmt{Kind: StmtReturn, Offset: p.start()}
		p.advance()
		if startsExpr[p.kind()] {
			s.Value = p.expressions(false)
		}
		return p.add(body, s)
	case kwRaise:
		return p.raise(body)
	case kwAssert:
		p.advance()
		p.expression()
		if p.got(tokComma) {
			p.expression()
		}
		return body
	case kwGlobal, kwNonlocal:
		p.advance()
		for p.name("a name"); p.got(tokComma); {
			p.name("a name")
		}
		return body
	case kwDel:
		return p.del(body)
	case tokName:
		switch next := p.next(); {
		case next == tokName && p.text() == "type":
			return p.typeAlias(body)
		case next == kwImport && p.text() == "lazy", next == kwFrom && p.text() == "lazy":
			p.advance() // PEP 810; when the module is read makes no difference here
			return p.simple(body)
		}
	}
	return p.assignment(body)
}

func (p *parser) raise(body []Stmt) []Stmt {
	start := p.start()
	p.advance()
	if startsExpr[p.kind()] {
		p.expression()
		if p.got(kwFrom) {
			p.expression()
		}
	}
	return p.add(body, Stmt{Kind: StmtRaise, Offset: start})
}

func (p *parser) del(body []Stmt) []Stmt {
	start := p.start()
	p.advance()
	at := p.start()
	targets := p.expressions(false)
	if p.fault == nil && (!targets.isTarget() || targets.Kind == ExprStarred) {
		p.fail(at, "this cannot be deleted; a name, an attribute or an element can")
	}
	if targets.Kind == ExprTuple {
		return p.add(body, Stmt{Kind: StmtDelete, Offset: start, Targets: targets.List})
	}
	return p.add(body, Stmt{Kind: StmtDelete, Offset: start, Targets: []*Expr{targets}})
}

// typeAlias reads "type Name[params] = value".
func (p *parser) typeAlias(body []Stmt) []Stmt {
	start := p.start()
	p.advance()
	target := p.atom()
	p.typeParams()
	p.want(tokAssign, "'=' of the type alias")
	p.expression()
	return append(body, p.unknown(start, target)...)
}

// assignment reads an assignment of any form, or an expression statement.
func (p *parser) assignment(body []Stmt) []Stmt {
	start := p.start()
	if !startsExpr[p.kind()] && p.kind() != kwYield {
		p.unexpected("a statement")
		return nil
	}
	e := p.yieldOrExpressions()
	switch p.kind() {
	case tokColon:
		return p.annotated(body, start, e)
	case tokPlusAssign, tokAugAssign:
		return p.augmented(body, start, e)
	case tokAssign:
	default:
		return p.add(body, Stmt{Kind: StmtExpr, Offset: start, Value: e})
	}
	var targets []*Expr
	at := start
	for p.got(tokAssign) {
		p.checkTarget(e, at)
		targets = p.keep(targets, e)
		at = p.start()
		e = p.yieldOrExpressions()
	}
	return p.add(body, Stmt{Kind: StmtAssign, Offset: start, Targets: targets, Value: e})
}

func (p *parser) annotated(body []Stmt, start int, target *Expr) []Stmt {
	switch target.Kind {
	case ExprName, ExprAttribute, ExprSubscript:
	default:
		p.fail(start, "only a name, an attribute or an element can be annotated; or is this line's ':' one too many?")
	}
	p.advance()
	p.expression()
	if !p.got(tokAssign) {
		return body
	}
	value := p.yieldOrExpressions()
	return p.add(body, Stmt{Kind: StmtAssign, Offset: start, Targets: []*Expr{target}, Value: value})
}

func (p *parser) augmented(body []Stmt, start int, target *Expr) []Stmt {
	switch target.Kind {
	case ExprName, ExprAttribute, ExprSubscript:
	default:
		p.fail(start, "this cannot be assigned to; a name, an attribute or an element can")
	}
	plus := p.kind() == tokPlusAssign
	p.advance()
	value := p.yieldOrExpressions()
	if !plus {
		value = nil
	}
	return p.add(body, Stmt{Kind: StmtAugment, Offset: start, Targets: []*Expr{target}, Value: value})
}

func (p *parser) checkTarget(e *Expr, at int) {
	if p.fault == nil && !e.isTarget() {
		p.fail(at, "this cannot be assigned to; a name, an attribute, an element or a tuple of these can; is '==' meant?")
	}
}

// importStatement reads "import a.b as c, d".
func (p *parser) importStatement(body []Stmt) []Stmt {
	start, first := p.start(), len(p.imports)
	p.advance()
	for {
		at := p.start()
		module := p.dottedName()
		alias := ""
		if p.got(kwAs) {
			alias = p.name("a name after \"as\"")
		}
		p.imports = append(p.imports, Import{Module: module, Alias: alias, Offset: at})
		if !p.got(tokComma) {
			break
		}
	}
	return p.add(body, Stmt{Kind: StmtImport, Offset: start, Imports: p.imports[first:]})
}

// fromImport reads "from ..a.b import c as d, e".
func (p *parser) fromImport(body []Stmt) []Stmt {
	imp := Import{From: true, Offset: p.start()}
	p.advance()
	for ; p.kind() == tokDot || p.kind() == tokEllipsis; p.advance() {
		imp.Level += len(p.text())
	}
	if imp.Level == 0 || p.kind() == tokName {
		imp.Module = p.dottedName()
	}
	p.want(kwImport, `"import"`)
	if p.kind() == tokStar {
		p.advance()
		imp.Names = []ImportedName{{Name: "*"}}
	} else {
		imp.Names = p.importedNames()
	}
	p.imports = append(p.imports, imp)
	return p.add(body, Stmt{Kind: StmtImport, Offset: imp.Offset, Imports: []Import{imp}})
}

func (p *parser) importedNames() []ImportedName {
	parens := p.got(tokLeftParen)
	var names []ImportedName
	for {
		n := ImportedName{Name: strings.Clone(p.name("a name to import"))}
		if p.got(kwAs) {
			n.Alias = p.name("a name after \"as\"")
		}
		names = append(names, n)
		if !p.got(tokComma) || parens && p.kind() == tokRightParen {
			break
		}
	}
	if parens {
		p.want(tokRightParen, "')'")
	}
	return names
}

// dottedName reads a.b.c, which may hold spaces and line ends of its own.
func (p *parser) dottedName() string {
	name := p.name("a module's name")
	if p.kind() != tokDot {
		return strings.Clone(name)
	}
	parts := []string{name}
	for p.got(tokDot) {
		parts = append(parts, p.name("a module's name"))
	}
	return strings.Join(parts, ".")
}
