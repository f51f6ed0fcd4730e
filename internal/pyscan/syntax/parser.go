package syntax

import "fmt"

// maxDepth bounds the parser's recursion where no bracket does, as in a chain of
// lambdas or signs.
const maxDepth = 1000

// A parser reads the tokens of one module by recursive descent. At the first
// fault it moves to the last token, which no rule accepts, so that every loop
// ends; there is no other error handling.
type parser struct {
	src   string
	toks  []token
	i     int
	fault *fault
	depth int
	// bodies are the functions being read, the outermost first; with a fault, those that
	// it is in.
	bodies []functionBody

	imports []Import
	// skip is above zero where statements and expressions are read for their
	// syntax only.
	skip int
	// keepBody asks for the body of the function that comes next.
	keepBody bool
	// jumps counts the statements that leave a loop's turn.
	jumps int
	pool  []Expr

	// withItems allows "as" in the parentheses that come next, pattern in all:
	// those of a with statement's items, and of a case's pattern.
	withItems, pattern bool
}

func (p *parser) file() []Stmt {
	var body []Stmt
	for p.fault == nil && p.kind() != tokEOF {
		body = p.statement(body)
	}
	return body
}

func (p *parser) kind() tokenKind { return p.toks[p.i].kind }

// next returns the kind of the token after the present one.
func (p *parser) next() tokenKind {
	if p.i+1 < len(p.toks) {
		return p.toks[p.i+1].kind
	}
	return tokEOF
}

// start returns the offset of the present token.
func (p *parser) start() int { return int(p.toks[p.i].start) }

// end returns the offset behind the last token read.
func (p *parser) end() int {
	if p.i == 0 {
		return 0
	}
	return int(p.toks[p.i-1].end)
}

// text returns the source of the present token.
func (p *parser) text() string {
	t := p.toks[p.i]
	return p.src[t.start:t.end]
}

func (p *parser) advance() {
	if p.i < len(p.toks)-1 {
		p.i++
	}
}

// got reads a token of the kind, if that is what comes.
func (p *parser) got(kind tokenKind) bool {
	if p.kind() != kind {
		return false
	}
	p.advance()
	return true
}

// want reads a token of the kind; the description says in the error what is missing.
func (p *parser) want(kind tokenKind, description string) {
	if !p.got(kind) {
		p.unexpected(description)
	}
}

// name reads a name.
func (p *parser) name(description string) string {
	text := p.text()
	p.want(tokName, description)
	return text
}

// atWord says whether the present token is the given soft keyword.
func (p *parser) atWord(word string) bool { return p.kind() == tokName && p.text() == word }

// unexpected reports the present token.
func (p *parser) unexpected(wanted string) {
	found := fmt.Sprintf("%q", p.text())
	switch p.kind() {
	case tokNewline:
		found = "the end of the line"
	case tokIndent:
		found = "a deeper indentation"
	case tokDedent:
		found = "the end of the block"
	case tokEOF, tokError:
		found = "the end of the file"
	}
	p.fail(p.start(), "%s expected, found %s", wanted, found)
}

func (p *parser) fail(offset int, format string, args ...any) {
	if p.fault == nil {
		p.fault = faultf(offset, format, args...)
	}
	p.i = len(p.toks) - 1
}

// enter begins a recursion that no bracket bounds; leave ends it.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.start(), "expressions are nested more than %d deep", maxDepth)
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// skipped stands for the expressions of skipped code: all that can be said of
// one is its kind, and whether it is fixed. Nothing writes to it.
var skipped = func() (exprs [2][exprKinds]Expr) {
	for k := range exprKinds {
		exprs[0][k] = Expr{Kind: k}
		exprs[1][k] = Expr{Kind: k, fixed: true}
	}
	return exprs
}()

func skippedNode(kind ExprKind, fixed bool) *Expr {
	if fixed {
		return &skipped[1][kind]
	}
	return &skipped[0][kind]
}

// node makes an expression that begins at start and ends with the last token.
func (p *parser) node(start int, e Expr) *Expr {
	if p.skip > 0 {
		return skippedNode(e.Kind, e.fixed)
	}
	if len(p.pool) == cap(p.pool) {
		p.pool = make([]Expr, 0, 64)
	}
	e.Start, e.End = start, p.end()
	p.pool = append(p.pool, e)
	return &p.pool[len(p.pool)-1]
}

// keep adds an expression to a list, unless in skipped code.
func (p *parser) keep(list []*Expr, e *Expr) []*Expr {
	if p.skip > 0 {
		return nil
	}
	return append(list, e)
}

// add adds a statement to a block, unless in skipped code.
func (p *parser) add(body []Stmt, s Stmt) []Stmt {
	if p.skip > 0 {
		return nil
	}
	return append(body, s)
}

// unknown says that the targets are bound to what cannot be known.
func (p *parser) unknown(offset int, targets ...*Expr) []Stmt {
	return p.add(nil, Stmt{Kind: StmtAssign, Offset: offset, Targets: targets})
}

// block reads what follows the colon of a compound statement; owner is its
// first word.
func (p *parser) block(body []Stmt, owner string, at int) []Stmt {
	p.want(tokColon, "':'")
	return p.blockAfterColon(body, owner, at)
}

func (p *parser) blockAfterColon(body []Stmt, owner string, at int) []Stmt {
	if !p.got(tokNewline) {
		return p.simpleLine(body)
	}
	if !p.got(tokIndent) {
		if p.kind() != tokError {
			p.fail(p.start(), "an indented block must follow the %q of line %d", owner, lineOf(p.src, at))
		}
		return nil
	}
	for p.fault == nil && !p.got(tokDedent) {
		if p.kind() == tokEOF || p.kind() == tokError {
			p.unexpected("a statement")
		}
		body = p.statement(body)
	}
	return body
}

// statement reads one statement, or one line of simple ones, and adds it to the body.
func (p *parser) statement(body []Stmt) []Stmt {
	switch p.kind() {
	case tokIndent:
		p.fail(p.start(), "unexpected indentation: no line ending in ':' precedes")
		return nil
	case kwIf:
		return p.ifStatement(body)
	case kwTry:
		return p.tryStatement(body)
	case kwFor, kwWhile:
		return p.loop(body)
	case kwWith:
		return p.withStatement(body)
	case kwDef:
		return p.function(body, nil)
	case kwClass:
		return p.class(body, nil)
	case tokAt:
		return p.decorated(body)
	case kwAsync:
		return p.asyncStatement(body)
	case tokName:
		if p.text() == "match" && p.atMatchBlock() {
			return p.matchStatement(body)
		}
	}
	return p.simpleLine(body)
}

// atMatchBlock tells a match statement from a line that uses the name: no other
// line that begins with it ends with a colon.
func (p *parser) atMatchBlock() bool {
	for i := p.i + 1; i < len(p.toks); i++ {
		if p.toks[i].kind == tokNewline {
			return p.toks[i-1].kind == tokColon && i > p.i+2
		}
	}
	return false
}

// functionBlock reads the body of the function whose "def" is at the offset.
func (p *parser) functionBlock(def int) []Stmt {
	p.want(tokColon, "':'")
	if p.fault != nil {
		return nil // before the body
	}
	at := p.i
	if p.kind() == tokNewline && p.next() == tokIndent {
		at += 2
	}
	p.bodies = append(p.bodies, functionBody{def, int(p.toks[min(at, len(p.toks)-1)].start)})
	body := p.blockAfterColon(nil, "def", def)
	if p.fault == nil {
		p.bodies = p.bodies[:len(p.bodies)-1]
	}
	return body
}

// simpleLine reads a line of statements with semicolons between them.
func (p *parser) simpleLine(body []Stmt) []Stmt {
	for {
		body = p.simple(body)
		if !p.got(tokSemicolon) {
			break
		}
		if p.got(tokNewline) {
			return body
		}
	}
	p.want(tokNewline, "an operator or the end of the line")
	return body
}
