package syntax

// ifStatement reads an if with its elifs and else.
func (p *parser) ifStatement(body []Stmt) []Stmt {
	start := p.start()
	var s Branches
	var before Versions // those that some condition above is true on
	for p.kind() == kwIf || p.kind() == kwElif {
		owner, at := p.text(), p.start()
		p.advance()
		typing := p.atTypeChecking()
		condition := p.start()
		cond := p.named()
		truth, falsity := versionsOf(p.src[condition:p.start()])
		first := len(p.imports)
		block := p.block(nil, owner, at)
		if typing {
			p.guard(first)
			p.typingOnly(first)
		}
		p.absentOn(before|falsity, first)
		before |= truth
		s.List = p.branch(s.List, cond, block)
		if p.kind() == kwIf {
			break // the next statement
		}
	}
	if p.kind() == kwElse {
		first := len(p.imports)
		s.List = p.branch(s.List, nil, p.elseBlock(nil))
		p.absentOn(before, first)
		s.Complete = true
	}
	return p.addBranches(body, start, s)
}

func (p *parser) branch(branches []Branch, cond *Expr, body []Stmt) []Branch {
	if p.skip > 0 {
		return nil
	}
	return append(branches, Branch{cond, body})
}

// addBranches adds a compound statement to a body, unless in skipped code.
func (p *parser) addBranches(body []Stmt, start int, b Branches) []Stmt {
	if p.skip > 0 {
		return nil
	}
	return append(body, Stmt{Kind: StmtBranch, Offset: start, Branches: &b})
}

func (p *parser) elseBlock(body []Stmt) []Stmt {
	at := p.start()
	p.advance()
	return p.block(body, "else", at)
}

// atTypeChecking says whether a condition is TYPE_CHECKING, with or without the
// module's name before it.
func (p *parser) atTypeChecking() bool {
	last := p.i
	if p.kind() == tokName && p.next() == tokDot {
		last += 2
	}
	if last+1 >= len(p.toks) {
		return false
	}
	t := p.toks[last]
	return p.src[t.start:t.end] == "TYPE_CHECKING" && p.toks[last+1].kind == tokColon
}

// guard marks the imports from the given one on as guarded.
func (p *parser) guard(first int) {
	for i := range p.imports[first:] {
		p.imports[first+i].Guarded = true
	}
}

// typingOnly marks the imports from the given one on as never run.
func (p *parser) typingOnly(first int) {
	for i := range p.imports[first:] {
		p.imports[first+i].Typing = true
	}
}

// tryStatement reads a try. Its else is run after its body only, so it counts as
// the end of it.
func (p *parser) tryStatement(body []Stmt) []Stmt {
	start := p.start()
	s := Branches{Complete: true}
	first := len(p.imports)
	p.advance()
	block := p.block(nil, "try", start)
	handlers, optional := p.handlers()
	if optional {
		p.guard(first)
	}
	if handlers != nil && p.kind() == kwElse {
		block = p.elseBlock(block)
	}
	if at := p.start(); p.got(kwFinally) {
		s.Finally = p.block(nil, "finally", at)
	} else if handlers == nil {
		p.unexpected(`"except" or "finally"`)
	}
	s.List = append(p.branch(nil, nil, block), handlers...)
	return p.addBranches(body, start, s)
}

// handlers reads the except clauses, and says whether one of them handles a
// failing import. The result is nil only where there is none.
func (p *parser) handlers() (branches []Branch, optional bool) {
	for p.kind() == kwExcept {
		at, clause := p.start(), p.i
		p.advance()
		star := p.got(tokStar)
		var block []Stmt
		if star || p.kind() != tokColon {
			p.expressions(false)
			if name := p.start(); p.got(kwAs) {
				block = p.unknown(name, p.target())
			}
		}
		optional = optional || p.handlesImport(clause)
		block = p.block(block, "except", at)
		if branches = p.branch(branches, nil, block); branches == nil {
			branches = []Branch{}
		}
	}
	return branches, optional
}

// handlesImport says whether the clause between the given token and the present
// one catches an ImportError.
func (p *parser) handlesImport(clause int) bool {
	if p.i == clause+1 {
		return true
	}
	for _, t := range p.toks[clause:p.i] {
		switch p.src[t.start:t.end] {
		case "ImportError", "ModuleNotFoundError", "Exception", "BaseException":
			return true
		}
	}
	return false
}

// loop reads a for or while. Its else counts as the end of its body.
func (p *parser) loop(body []Stmt) []Stmt {
	start := p.start()
	var s Branches
	owner := p.text()
	var target, values *Expr
	if p.got(kwFor) {
		target = p.targets()
		p.want(kwIn, `"in"`)
		values = p.expressions(false)
	} else {
		p.advance()
		p.named()
	}
	jumps := p.jumps
	block := p.block(nil, owner, start)
	s.Jumps = p.jumps > jumps || p.kind() == kwElse
	if p.kind() == kwElse {
		block = p.elseBlock(block)
	}
	s.List = p.branch(nil, nil, block)
	if target == nil {
		return p.addBranches(body, start, s)
	}
	return p.add(body, Stmt{Kind: StmtFor, Offset: start, Targets: []*Expr{target}, Value: values, Branches: &s})
}

// withStatement reads a with. What its body binds is bound in any case.
func (p *parser) withStatement(body []Stmt) []Stmt {
	start := p.start()
	s := Branches{Complete: true}
	first, items := len(p.imports), p.i
	p.advance()
	p.withItems = p.kind() == tokLeftParen
	var targets []*Expr
	for {
		p.expression()
		p.withItems = false
		if p.got(kwAs) {
			targets = p.keep(targets, p.target())
		}
		if !p.got(tokComma) {
			break
		}
	}
	optional := p.suppresses(items)
	block := p.block(p.unknown(start, targets...), "with", start)
	if optional {
		p.guard(first)
	}
	s.List = p.branch(nil, nil, block)
	return p.addBranches(body, start, s)
}

// suppresses says whether the items since the given token have
// suppress(ImportError) among them.
func (p *parser) suppresses(items int) bool {
	for _, t := range p.toks[items:p.i] {
		if p.src[t.start:t.end] == "suppress" {
			return p.handlesImport(items)
		}
	}
	return false
}

func (p *parser) asyncStatement(body []Stmt) []Stmt {
	p.advance()
	switch p.kind() {
	case kwDef:
		return p.function(body, nil)
	case kwFor:
		return p.loop(body)
	case kwWith:
		return p.withStatement(body)
	}
	p.unexpected(`"def", "for" or "with" after "async"`)
	return nil
}

// matchStatement reads a match with its cases.
func (p *parser) matchStatement(body []Stmt) []Stmt {
	start := p.start()
	var s Branches
	p.advance()
	p.expressions(true)
	p.want(tokColon, "':'")
	p.want(tokNewline, "the end of the line")
	p.want(tokIndent, `an indented "case"`)
	for p.fault == nil && !p.got(tokDedent) {
		at := p.start()
		if !p.atWord("case") {
			p.unexpected(`"case"`)
		}
		p.advance()
		p.casePattern()
		s.List = p.branch(s.List, nil, p.block(nil, "case", at))
	}
	return p.addBranches(body, start, s)
}

// casePattern reads the pattern of a case, and its guard. A pattern is read as
// the expression that it looks like.
func (p *parser) casePattern() {
	p.pattern = true
	p.element()
	for p.got(tokComma) && startsExpr[p.kind()] {
		p.element()
	}
	p.pattern = false
	if p.got(kwIf) {
		p.named()
	}
}
