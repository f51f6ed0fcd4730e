// Package goscan reads what the authors of Go tests mark them with: directive comments
// in the comment directly above a test function.
//
//	//xdist:serial        the test runs alone
//	//xdist:group NAME    tests of a group run in one process, where groups count
//	//xdist:scope [NAME]  tests of a scope run in one process, where scopes count;
//	                      without a name it is the scope of the file
//
// It reads one file's source at a time and no build constraints: which files are
// compiled is the compiler's to say.
package goscan

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

const prefix = "//xdist:"

// An Error is something wrong at a place.
type Error struct {
	File string
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// Scan returns the test functions of a file in its order, and an error for each
// directive that is wrong, by line; a source that does not parse has one error.
func Scan(file string, source []byte) ([]model.GoTest, []error) {
	s := scan{path: file, set: token.NewFileSet()}
	tree, err := parser.ParseFile(s.set, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, []error{fmt.Errorf("this Go file cannot be read: %w", err)}
	}
	read := map[*ast.Comment]bool{}
	for _, declaration := range tree.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && isTest(function) {
			s.test(function, read)
		}
	}
	s.strays(tree, read)
	slices.SortStableFunc(s.errs, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(s.errs))
	for i, err := range s.errs {
		errs[i] = err
	}
	return s.tests, errs
}

// scan is the reading of one file.
type scan struct {
	path  string
	set   *token.FileSet
	tests []model.GoTest
	errs  []*Error
}

// test adds a test function, and the comments above it to read.
func (s *scan) test(function *ast.FuncDecl, read map[*ast.Comment]bool) {
	t := model.GoTest{Name: function.Name.Name, File: path.Base(s.path), Line: s.line(function.Pos())}
	for _, comment := range comments(function.Doc) {
		read[comment] = true
		if directive, ok := strings.CutPrefix(comment.Text, prefix); ok {
			if err := mark(&t, directive); err != nil {
				s.fail(comment, err)
			}
		} else if remark.MatchString(comment.Text) {
			s.fail(comment, fmt.Errorf("a remark to Go; a directive has no space: //%s", strings.TrimSpace(strings.TrimPrefix(comment.Text, "//"))))
		}
	}
	s.tests = append(s.tests, t)
}

// remark is a directive that Go's own tools would not take for one.
var remark = regexp.MustCompile(`^//\s+xdist:(group|scope|serial)\b`)

// mark applies a directive, written without its prefix, to a test.
func mark(t *model.GoTest, directive string) error {
	directive = strings.TrimSpace(directive)
	word := directive
	if space := strings.IndexAny(directive, " \t"); space >= 0 {
		word = directive[:space]
	}
	name := strings.TrimSpace(directive[len(word):])
	switch word {
	case "serial":
		if name != "" {
			return fmt.Errorf("%q: serial takes no name", name)
		}
		t.Serial = true
		return nil
	case "group":
		return setName(&t.Group, word, name)
	case "scope":
		return setName(&t.Scope, word, cmp.Or(name, t.File))
	}
	return fmt.Errorf("unknown word %q; one of group, scope, serial", word)
}

// validName is what the name of a group or scope may be.
var validName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func setName(field *string, word, name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%s name %q: must be letters, digits, \"_\", \".\" and \"-\"", word, name)
	}
	if *field != "" {
		return fmt.Errorf("the test already is in the %s %q", word, *field)
	}
	*field = name
	return nil
}

// strays reports the directives that are above no test function.
func (s *scan) strays(tree *ast.File, read map[*ast.Comment]bool) {
	for _, group := range tree.Comments {
		for _, comment := range group.List {
			if !read[comment] && strings.HasPrefix(comment.Text, prefix) {
				s.fail(comment, errors.New("marks nothing: it must be in the comment directly above a func TestX(t *testing.T), FuzzX(f *testing.F) or ExampleX()"))
			}
		}
	}
}

func (s *scan) fail(comment *ast.Comment, err error) {
	text := strings.TrimRight(comment.Text, " \t\r")
	s.errs = append(s.errs, &Error{File: s.path, Line: s.line(comment.Pos()), Text: fmt.Sprintf("%s: %s", text, err)})
}

// line is that of the file itself, whatever //line comments say.
func (s *scan) line(pos token.Pos) int { return s.set.PositionFor(pos, false).Line }

func comments(group *ast.CommentGroup) []*ast.Comment {
	if group == nil {
		return nil
	}
	return group.List
}
