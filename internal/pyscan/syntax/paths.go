package syntax

import (
	"path"
	"strconv"
	"strings"
)

// A FilePath is where an expression such as Path(__file__).parent / "data" leads.
type FilePath struct {
	// Path is relative to the source file's folder, with slashes.
	Path   string
	Offset int
}

// self is the source file itself, as a path relative to its folder.
const self = "__file__"

// A pathReader finds the expressions for files that begin with __file__ or
// __package__, and with variables that such an expression was assigned to. It goes by
// tokens, since they mostly stand in functions, of which the parser keeps no tree.
type pathReader struct {
	src   string
	toks  []token
	depth int // of indentation
	names map[string]pathVariable
	found []FilePath
}

// A pathVariable is known up to the end of the block that assigns it.
type pathVariable struct {
	path  string
	depth int
}

// filePaths returns the paths that a module names by common idioms, in its order.
func filePaths(src string, toks []token) []FilePath {
	if !strings.Contains(src, self) && !strings.Contains(src, "__package__") {
		return nil
	}
	r := pathReader{src: src, toks: toks, names: map[string]pathVariable{}}
	for i := 0; i < len(toks); {
		switch toks[i].kind {
		case tokIndent:
			r.depth++
		case tokDedent:
			r.dedent()
		case tokName:
			if end := r.name(i); end > i {
				i = end
				continue
			}
		}
		i++
	}
	return r.found
}

func (r *pathReader) dedent() {
	r.depth--
	for name, v := range r.names {
		if v.depth > r.depth {
			delete(r.names, name)
		}
	}
}

// name reads the path expression that the name at token i begins, if it does, and
// returns the token after it.
func (r *pathReader) name(i int) int {
	text := r.text(i)
	if r.kind(i-1) == tokDot {
		return i
	}
	if r.kind(i+1) == tokAssign && r.beginsLine(i) {
		delete(r.names, text)
		return i
	}
	v, known := r.names[text]
	switch {
	case text == self:
		v.path = self
	case text == "__package__":
		// Not a path before something makes one of it.
	case !known:
		return i
	}
	e := pathExpr{pathReader: r, from: i, to: i + 1, path: v.path, valid: true}
	e.grow()
	if !e.valid || e.path == "" {
		return e.to
	}
	r.found = append(r.found, FilePath{e.path, int(r.toks[e.from].start)})
	if target := e.from - 2; r.kind(e.from-1) == tokAssign && r.kind(target) == tokName && r.beginsLine(target) && r.kind(e.to) == tokNewline {
		r.names[strings.Clone(r.text(target))] = pathVariable{e.path, r.depth}
	}
	return e.to
}

func (r *pathReader) beginsLine(i int) bool {
	switch r.kind(i - 1) {
	case tokEOF, tokNewline, tokIndent, tokDedent:
		return true
	}
	return false
}

// kind returns the kind of token i, tokEOF outside of the file.
func (r *pathReader) kind(i int) tokenKind {
	if i < 0 || i >= len(r.toks) {
		return tokEOF
	}
	return r.toks[i].kind
}

func (r *pathReader) text(i int) string {
	if r.kind(i) == tokEOF {
		return ""
	}
	return r.src[r.toks[i].start:r.toks[i].end]
}

// literal returns the value of the string at token i.
func (r *pathReader) literal(i int) (string, bool) {
	// A string after another is a part of it.
	if r.kind(i) != tokString || r.kind(i+1) == tokString || r.kind(i+1) == tokTemplateStart {
		return "", false
	}
	value, kind := literal(r.text(i))
	return value, kind == literalText
}

// A pathExpr is an expression that has been read from one token up to another.
type pathExpr struct {
	*pathReader
	from, to int
	path     string
	// valid is false once the expression is no path near the source file.
	valid bool
}

// grow reads as much around the expression as still is a path. What it stops before
// only a running program knows: the path is then that of the folder up to there.
func (e *pathExpr) grow() {
	for e.valid {
		switch e.kind(e.to) {
		case tokSlash:
			if e.text(e.to) != "/" || !e.join(e.to+1) {
				return
			}
		case tokPlus:
			if !e.concat(e.to + 1) {
				return
			}
		case tokDot:
			if !e.member() {
				return
			}
		case tokComma, tokRightParen:
			if e.kind(e.from-1) != tokLeftParen || !e.argument() {
				return
			}
		default:
			return
		}
	}
}

// join appends the string at token i to the path, and moves behind it.
func (e *pathExpr) join(i int) bool {
	segment, ok := e.literal(i)
	if !ok || e.path == "" {
		return false
	}
	e.valid = !path.IsAbs(segment)
	e.path = path.Join(e.path, segment)
	e.to = i + 1
	return true
}

// concat appends the string at token i, which begins with a slash.
func (e *pathExpr) concat(i int) bool {
	text, ok := e.literal(i)
	if !ok || e.path == "" || !strings.HasPrefix(text, "/") {
		return false
	}
	e.path = path.Join(e.path, text)
	e.to = i + 1
	return true
}

func (e *pathExpr) parent() { e.path = path.Join(e.path, "..") }

// member reads an attribute, or a call of a method.
func (e *pathExpr) member() bool {
	name, after := e.text(e.to+1), e.to+2
	switch {
	case e.path == "":
		return false
	case name == "parent":
		e.parent()
		e.to = after
	case name == "parents" && e.kind(after) == tokLeftBracket && e.kind(after+1) == tokNumber && e.kind(after+2) == tokRightBracket:
		n, err := strconv.Atoi(e.text(after + 1))
		if err != nil || n > maxNesting {
			return false
		}
		for range n + 1 {
			e.parent()
		}
		e.to = after + 3
	case (name == "resolve" || name == "absolute") && e.kind(after) == tokLeftParen && e.kind(after+1) == tokRightParen:
		e.to = after + 2
	case name == "with_name" && e.kind(after) == tokLeftParen && e.kind(after+2) == tokRightParen:
		if _, ok := e.literal(after + 1); !ok {
			return false
		}
		e.parent()
		e.join(after + 1)
		e.to = after + 3
	case name == "joinpath" && e.kind(after) == tokLeftParen:
		return e.arguments(after + 1)
	default:
		return false
	}
	return true
}

// arguments appends the strings from token i on, up to a closing parenthesis.
func (e *pathExpr) arguments(i int) bool {
	for e.join(i) {
		switch e.kind(e.to) {
		case tokRightParen:
			e.to++
			return true
		case tokComma:
			i = e.to + 1
			if e.kind(i) == tokRightParen {
				e.to = i + 1
				return true
			}
		default:
			return false
		}
	}
	return false
}

// argument reads the call or the parentheses of which the expression is the first
// argument.
func (e *pathExpr) argument() bool {
	callee := e.from - 2
	name := ""
	if e.kind(callee) == tokName {
		for name = e.text(callee); e.kind(callee-1) == tokDot && e.kind(callee-2) == tokName; {
			callee -= 2
		}
	} else if callee++; e.kind(callee-1) == tokRightParen || e.kind(callee-1) == tokRightBracket {
		return false // a call of what an expression gives
	}
	alone := e.kind(e.to) == tokRightParen
	switch {
	case e.path == "":
		if !ofPackage[name] {
			return false
		}
		e.path = "."
		if !alone {
			e.from = callee
			return e.arguments(e.to + 1)
		}
	case alone && name == "dirname":
		e.parent()
	case alone && samePath[name]:
	case !alone && joins[name]:
		e.from = callee
		return e.arguments(e.to + 1)
	default:
		return false
	}
	e.from, e.to = callee, e.to+1
	return true
}

var (
	// samePath are the calls that give the path which they are given; "" is that of
	// parentheses alone.
	samePath = map[string]bool{"": true, "Path": true, "PurePath": true, "str": true, "fspath": true, "abspath": true, "realpath": true, "normpath": true}
	joins    = map[string]bool{"join": true, "Path": true, "PurePath": true}
	// ofPackage are the functions of importlib.resources and pkgutil whose first
	// argument may be __package__.
	ofPackage = map[string]bool{"files": true, "open_text": true, "open_binary": true, "read_text": true, "read_binary": true, "get_data": true}
)
