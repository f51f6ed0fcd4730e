package syntax

import (
	"path"
	"strings"
)

// A FilePath is a file or folder that an expression such as
// Path(__file__).parent / "data" leads to.
type FilePath struct {
	Base PathBase
	// Module is what ModuleFolder and ModuleName are about, with the dots of a relative
	// import before it; Name is the name of a ModuleName.
	Module, Name string
	// Path is relative to Base, with slashes. OwnFile and OwnStem in it stand for the
	// name of the file that Base is about, with and without ".py".
	Path string
	// Open says that what is read below Path only a running program knows.
	Open bool
	// Loose says that it may be no path at all: it counts if there is such a file.
	Loose  bool
	Offset int
}

// PathBase says what a path is relative to.
type PathBase uint8

const (
	OwnFolder     PathBase = iota // of the source file
	CurrentFolder                 // where pytest is started
	TestFolder                    // of the test file that runs: a fixture's request.path
	FeatureFolder                 // where pytest-bdd looks for features
	ModuleFolder                  // of Module's file
	ModuleName                    // the path that Name is in Module
)

// Names that stand in a path for what only the path of the file tells.
const (
	OwnFile = "__file__"
	OwnStem = "__stem__"
)

// maxPathLength bounds paths, which an expression may double in each line.
const maxPathLength = 1024

// A pathReader finds the files that expressions name. It goes by tokens, since these
// expressions mostly stand in functions, of which the parser keeps no tree; and of the
// lines it reads only those that have a word or string which may lead to a file.
type pathReader struct {
	src     string
	toks    []token
	i       int // the present token
	imports []Import
	// names and attrs are the variables and attributes that hold paths; names that
	// imports bind are added when the first path is met.
	names, attrs map[string]pathValue
	// unread are the attributes that no expression has asked for since, with their place.
	unread  map[string]int
	modules map[string]string
	aliases map[string]string
	blocks  []pathBlock
	undo    []pathBinding
	found   []FilePath
	// searched are the folders that are put on sys.path.
	searched []string
}

// A pathBlock is what stands deeper than the line before it.
type pathBlock struct {
	// opener is the first word of that line; undo is how many bindings there were.
	opener tokenKind
	undo   int
}

// isScope says whether it is the body of a function or class, whose names are its own.
func (b pathBlock) isScope() bool { return b.opener == kwDef || b.opener == kwClass }

// A pathBinding is what a name was before a scope bound it.
type pathBinding struct {
	name   string
	before pathValue
	had    bool
}

// readPaths notes in a module the paths that it names.
func (m *Module) readPaths(src string, toks []token, imports []Import) {
	r := pathReader{src: src, toks: toks, imports: imports}
	r.bindConstants()
	opens := tokEOF
	start, wanted := 0, false
	for i := range toks {
		switch toks[i].kind {
		case tokIndent:
			r.blocks = append(r.blocks, pathBlock{opens, len(r.undo)})
			start = i + 1
		case tokDedent:
			r.leaveBlock()
			start = i + 1
		case tokNewline:
			opens = r.opener(start)
			if wanted {
				r.line(start, i)
			}
			start, wanted = i+1, false
		case tokName:
			wanted = wanted || r.leadsToFile(i)
		case tokString, tokTemplateText:
			wanted = wanted || r.mayNameFile(i)
		}
	}
	r.reportUnread()
	m.Paths, m.PathNames, m.SearchPath = r.found, r.exported(), r.searched
}

// opener returns the keyword with which the line at token i begins.
func (r *pathReader) opener(i int) tokenKind {
	if r.kind(i) == kwAsync {
		i++
	}
	return r.kind(i)
}

func (r *pathReader) leaveBlock() {
	if len(r.blocks) == 0 {
		return
	}
	last := r.blocks[len(r.blocks)-1]
	r.blocks = r.blocks[:len(r.blocks)-1]
	if !last.isScope() {
		return
	}
	for i := len(r.undo) - 1; i >= last.undo; i-- {
		b := r.undo[i]
		delete(r.names, b.name)
		if b.had {
			r.names[b.name] = b.before
		}
	}
	r.undo = r.undo[:last.undo]
}

// inScope says whether the present line is in a function or class.
func (r *pathReader) inScope() bool {
	for _, b := range r.blocks {
		if b.isScope() {
			return true
		}
	}
	return false
}

// mayNameFile says whether the string at token i looks like a path with a folder.
func (r *pathReader) mayNameFile(i int) bool {
	t := r.toks[i]
	if t.end-t.start > 120 || t.end-t.start < 3 {
		return false
	}
	text := r.src[t.start:t.end]
	at := strings.IndexByte(text, '/')
	return at > 0 && strings.IndexByte(text, ' ') < 0 && !strings.HasPrefix(text[at:], "//")
}

// line reads the logical line from token start up to end.
func (r *pathReader) line(start, end int) {
	if k := r.kind(start); k == kwImport || k == kwFrom {
		return
	}
	r.i = start
	var names, attrs []int
	augmented := false
	for {
		at, size := r.target(end)
		if size == 0 {
			break
		}
		if r.kind(r.i) == tokName && at == r.i {
			names = append(names, at)
		} else {
			attrs = append(attrs, at)
		}
		augmented = r.kind(r.i+size-1) == tokPlusAssign
		r.i += size
	}
	if len(names)+len(attrs) == 0 || !startsExpr[r.kind(r.i)] {
		r.rest(end, pathMentioned)
		return
	}
	at := r.i
	v := r.expression()
	if augmented && len(names) == 1 {
		v = r.plus(r.names[r.text(names[0])], v)
	}
	if r.i < end {
		r.use(v, pathGivenAway, at)
		v = pathValue{}
		r.rest(end, pathGivenAway)
	} else {
		r.use(v, pathMentioned, at)
	}
	for _, i := range names {
		r.bindAt(i, v)
	}
	for _, i := range attrs {
		r.setAttr(i, v)
	}
}

// target returns the token of the name that the present token, and those after it, assign
// to, and how many tokens that takes with the assignment's operator; 0 if they do not.
func (r *pathReader) target(end int) (at, size int) {
	at = r.i
	if r.kind(at) != tokName {
		return 0, 0
	}
	for r.kind(at+1) == tokDot && r.kind(at+2) == tokName {
		at += 2
	}
	switch r.kind(at + 1) {
	case tokAssign, tokPlusAssign:
		return at, at + 2 - r.i
	case tokColon:
		depth := 0
		for i := at + 2; i < end; i++ {
			switch r.kind(i) {
			case tokLeftBracket, tokLeftParen:
				depth++
			case tokRightBracket, tokRightParen:
				depth--
			case tokAssign:
				if depth == 0 {
					return at, i + 1 - r.i
				}
			}
		}
	}
	return 0, 0
}

// rest reads all expressions up to a token.
func (r *pathReader) rest(end int, how pathUse) {
	for r.i < end {
		at := r.i
		switch k := r.kind(at); {
		case k == kwReturn || k == kwYield:
			how = pathGivenAway
		case startsExpr[k]:
			r.use(r.expression(), how, at)
		}
		r.i = max(r.i, at+1)
	}
}

// bindAt makes the variable at token i hold a value; in a class it is an attribute, too.
func (r *pathReader) bindAt(i int, v pathValue) {
	r.bind(r.text(i), v)
	if n := len(r.blocks); n > 0 && r.blocks[n-1].opener == kwClass {
		r.setAttr(i, v)
	}
}

// bind makes a variable hold a value; one that is no path is forgotten.
func (r *pathReader) bind(name string, v pathValue) {
	before, had := r.names[name]
	holds := v.kind != valueUnknown && v.kind != valueSymbol
	if !had && !holds {
		return
	}
	name = strings.Clone(name)
	if r.inScope() {
		r.undo = append(r.undo, pathBinding{name, before, had})
	}
	if !holds {
		delete(r.names, name)
		return
	}
	r.names = put(r.names, name, v)
}

// setAttr makes the attribute at token i hold a value.
func (r *pathReader) setAttr(i int, v pathValue) {
	name := strings.Clone(r.text(i))
	if v.kind != valuePath && v.kind != valueText {
		delete(r.attrs, name)
		return
	}
	r.attrs = put(r.attrs, name, v)
	if v.kind == valuePath && !v.open {
		r.unread = put(r.unread, name, i)
	}
}

func put[V any](m map[string]V, key string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

// reportUnread reports the attributes that another file's classes may ask for.
func (r *pathReader) reportUnread() {
	last := len(r.toks) - 1
	for i := 0; i < last && len(r.unread) > 0; i++ {
		if name := r.text(i); r.unread[name] == i && r.kind(i) == tokName {
			r.use(r.attrs[name], pathGivenAway, i)
			delete(r.unread, name)
		}
	}
}

// exported returns the paths that the module's own variables hold.
func (r *pathReader) exported() map[string]FilePath {
	var exported map[string]FilePath
	for name, v := range r.names {
		if v.kind == valuePath && v.base != ModuleName {
			exported = put(exported, name, v.filePath(0))
		}
	}
	return exported
}

// bindConstants gives the imported names that look like paths a value, which another
// file's variable has.
func (r *pathReader) bindConstants() {
	for _, imp := range r.imports {
		for _, n := range imp.Names {
			if isPathConstant(n.Name) {
				r.names = put(r.names, n.bound(), pathValue{kind: valuePath, base: ModuleName, module: imp.dotted(), name: n.Name, path: "."})
			}
		}
	}
}

// bindImports notes which names are modules, and which are functions under another name.
func (r *pathReader) bindImports() {
	r.modules, r.aliases = map[string]string{}, map[string]string{}
	for _, imp := range r.imports {
		if !imp.From {
			name := imp.Alias
			if name == "" {
				name = imp.Module
			}
			r.modules[name] = imp.Module
			continue
		}
		for _, n := range imp.Names {
			if n.Alias != "" {
				r.aliases[n.Alias] = n.Name
			}
			full := imp.dotted() + "." + n.Name
			if imp.Module == "" {
				full = imp.dotted() + n.Name
			}
			r.modules[n.bound()] = full
		}
	}
}

func (r *pathReader) needImports() {
	if r.modules == nil {
		r.bindImports()
	}
}

// dotted returns the module with the dots of a relative import.
func (imp Import) dotted() string { return strings.Repeat(".", imp.Level) + imp.Module }

// bound returns the name that the import binds.
func (n ImportedName) bound() string {
	if n.Alias != "" {
		return n.Alias
	}
	return n.Name
}

// isPathConstant says whether a name looks like that of a constant which holds a path.
func isPathConstant(name string) bool {
	if name == "" || name[0] < 'A' || name[0] > 'Z' || name != strings.ToUpper(name) {
		return false
	}
	for _, word := range pathConstants {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

var pathConstants = []string{"DIR", "PATH", "ROOT", "HERE", "BASE", "FOLDER", "DATA", "FIXTURE", "FILE", "RESOURCE", "ASSET", "TEMPLATE", "STATIC", "SAMPLE", "EXAMPLE", "CASE"}

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

// pathUse says what becomes of a value.
type pathUse uint8

const (
	pathMentioned pathUse = iota // nothing that reads more than it names
	pathGivenAway                // somebody else gets it, who may read anything below it
	pathListed                   // what is in it is looked for
	pathCompared                 // nothing is read
)

// use notes what an expression, which begins at token at, gives.
func (r *pathReader) use(v pathValue, how pathUse, at int) {
	switch {
	case v.kind == valueTuple:
		for _, item := range v.items {
			r.use(item, how, at)
		}
		return
	case v.kind == valueText:
		r.useText(v, at)
		return
	case v.kind != valuePath:
		return
	}
	p := v.filePath(int(r.toks[at].start))
	above := p.Path == "." || p.Path == ".." || strings.HasSuffix(p.Path, "/..")
	if how == pathGivenAway && above && p.Base != CurrentFolder {
		p.Open = true
	}
	if p.Base == CurrentFolder && how != pathListed || how == pathCompared {
		// Mostly the folder of a temporary working directory, or of an expected value.
		p.Open = p.Open && !above
	}
	if above && !p.Open || p.Path == OwnFile || p.Base == ModuleName && p.Path == "." && !p.Open {
		return
	}
	r.found = append(r.found, p)
}

// useText notes a text that is a path only if there is such a file.
func (r *pathReader) useText(v pathValue, at int) {
	folders := strings.Count(v.path, "/")
	if folders == 0 || v.open && folders == 1 || path.IsAbs(v.path) || strings.ContainsAny(v.path, " \n:*?[") {
		return
	}
	p := v.asPath().filePath(int(r.toks[at].start))
	p.Loose = true
	if p.Path != "." && p.Path[0] != '.' {
		r.found = append(r.found, p)
	}
}
