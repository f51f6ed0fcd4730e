// Package syntax reads the source text of one Python module, versions 3.8 to
// 3.15, into a tree of statements.
//
// The whole text is checked against Python's grammar, and the first thing that
// does not fit is an error with its place, unless it is in a function's body, which is then
// left out. A tree is kept only of what runs when
// the module is imported: statements of the module and of class bodies, and what
// is nested in their if, try, with, for, while and match. Of a function's body
// only the imports are kept.
//
// The package knows nothing of tests (with one exception: pytest.importorskip is
// an import in all but spelling), evaluates nothing but string literals, and
// leaves out what CPython checks after parsing, such as a return outside of a
// function.
package syntax

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A Module is what Parse makes of a file.
type Module struct {
	// Text is the source as UTF-8, without byte order mark, its lines ended by
	// "\n". All offsets count its bytes.
	Text string
	// Body holds the statements of the module itself.
	Body []Stmt
	// Imports holds every import of the file, those in functions too, by place.
	Imports []Import
	// Paths are the files and folders beside the file that its expressions name, those
	// in functions too.
	Paths []FilePath
	// PathNames are the paths that the module's own variables hold.
	PathNames map[string]FilePath
	// SearchPath are the folders that it puts on sys.path, relative to its own.
	SearchPath []string
	// Annotations are the comments for Gazelle.
	Annotations []Annotation
	// Faults are where the bodies of functions are not Python. These bodies are left out.
	Faults []*Error

	lines []int // offset of each line's first byte
}

// An Error is the first place at which a file is not Python.
type Error struct {
	Path string
	// Line counts from one, and so does Column, in characters.
	Line, Column int
	Msg          string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Msg)
}

// Parse reads the source of one module. The path is only for messages; an error
// is always an *Error.
func Parse(path string, src []byte) (*Module, error) {
	text, f := decode(src)
	if f != nil {
		return nil, f.in(path, text)
	}
	r := recovery{text: text, tries: map[int]int{}}
	for {
		toks, annotations, lexFault := tokenize(r.text)
		p := parser{src: r.text, toks: toks}
		body := p.file()
		if f := firstFault(lexFault, p.fault); f != nil {
			if !r.passOver(&p, f) {
				// The first is what Python complains of, too.
				return nil, append(r.faults, f)[0].in(path, text)
			}
			continue
		}
		m := &Module{
			Text:        text,
			Body:        body,
			Imports:     p.imports,
			Annotations: annotations,
			lines:       lineStarts(text),
		}
		m.readPaths(r.text, toks, p.imports)
		r.tell(m, path)
		return m, nil
	}
}

// Line returns the number of the line, from one, that holds an offset of Text.
func (m *Module) Line(offset int) int {
	return sort.SearchInts(m.lines, offset+1)
}

// Source returns the source text of an expression.
func (m *Module) Source(e *Expr) string { return m.Text[e.Start:e.End] }

// A fault is an Error whose place is still an offset.
type fault struct {
	offset int
	msg    string
	// since is where what is wrong began: at the bracket that is not closed, or
	// not by its own kind.
	since int
}

func faultf(offset int, format string, args ...any) *fault {
	return &fault{offset: offset, msg: fmt.Sprintf(format, args...), since: offset}
}

// firstFault picks the fault to report. The lexer's wins a tie, as the parser
// finds no token where the lexer stopped; and a bracket that is not closed makes
// the parser stumble over whatever follows.
func firstFault(lexer, parser *fault) *fault {
	if parser == nil || lexer != nil && lexer.since <= parser.offset {
		return lexer
	}
	return parser
}

func (f *fault) in(path, text string) *Error {
	offset := f.offset
	if offset > 0 && offset == len(text) && text[offset-1] == '\n' {
		offset-- // the end of the file is shown at the end of its last line
	}
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	return &Error{
		Path:   path,
		Line:   lineOf(text, offset),
		Column: utf8.RuneCountInString(text[start:offset]) + 1,
		Msg:    f.msg,
	}
}

func lineOf(text string, offset int) int {
	return strings.Count(text[:offset], "\n") + 1
}

func lineStarts(text string) []int {
	starts := make([]int, 1, strings.Count(text, "\n")+1)
	for offset := 0; ; {
		n := strings.IndexByte(text[offset:], '\n')
		if n < 0 {
			return starts
		}
		offset += n + 1
		starts = append(starts, offset)
	}
}
