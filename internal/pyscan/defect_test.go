package pyscan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A file that makes the package fail takes none of those with it that import it, are
// imported by it or have nothing to do with it.
func TestDefectsStayWithTheirFile(t *testing.T) {
	for name, test := range map[string]struct {
		breaks func(*Source)
		find   Finder
	}{
		"evaluating": {breaks: func(s *Source) { s.mod.Body = append(s.mod.Body, syntax.Stmt{Kind: syntax.StmtFor}) }},
		"connecting": {breaks: func(*Source) {}, find: failingFinder{}},
	} {
		t.Run(name, func(t *testing.T) {
			tree := Tree{}
			var sources []*Source
			for _, file := range []struct{ path, text string }{
				{"a_first.py", "import broken\nfrom pytest import mark\n"},
				{"broken.py", "import a_first\nfrom pytest import mark\nslow = mark.slow\ndef test_b(): pass\n"},
				{"test_a.py", "from broken import test_b\nfrom a_first import mark\n@mark.serial\ndef test_a(): pass\n"},
				{"test_z.py", "def test_z(): pass\n"},
			} {
				s, err := Options{}.Parse(file.path, []byte(file.text))
				if err != nil {
					t.Fatal(err)
				}
				s.Collected = true
				if file.path == "broken.py" {
					test.breaks(s)
				}
				tree[file.path] = true
				sources = append(sources, s)
			}
			if test.find == nil {
				test.find = tree
			}
			defects := Link(sources, test.find)
			if len(defects) != 1 || !strings.HasPrefix(defects[0].Error(), "broken.py:1: reading this file fails (") {
				t.Errorf("defects: %v", defects)
			}
			var got []string
			for _, s := range sources[2:] {
				for _, found := range s.File.Tests {
					got = append(got, found.ID)
				}
			}
			if !slices.Contains(got, "test_a") || !slices.Contains(got, "test_z") {
				t.Errorf("tests: %v", got)
			}
		})
	}
}

type failingFinder struct{}

func (failingFinder) Module(from string, _ int, name string) (string, bool) {
	if from == "broken.py" {
		panic("no such thing")
	}
	return name + ".py", true
}

func (failingFinder) Conftests(string) []string { return nil }
func (failingFinder) Plugins(string) []string   { return nil }

func TestPlaceOfPanic(t *testing.T) {
	err := Guard("x.py", func() error {
		var none []int
		return errors.New(string(rune(none[len(none)]))) // the line that is told
	})
	if want := "x.py:1: reading this file fails (runtime error: index out of range [0] with length 0, at defect_test.go:"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s...", err, want)
	}
	if err := Guard("x.py", func() error { return errors.ErrUnsupported }); err != errors.ErrUnsupported {
		t.Errorf("another error: %v", err)
	}
}
