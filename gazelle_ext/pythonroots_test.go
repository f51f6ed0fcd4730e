package gazelle_ext

import (
	"slices"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// surveyOf is that of a repository with the given Python files and their imports.
func surveyOf(files map[string][]string) *survey {
	s := emptySurvey("/root")
	for file, modules := range files {
		module := &pyscan.File{}
		for _, name := range modules {
			module.Imports = append(module.Imports, pyscan.Import{Module: name})
		}
		s.modules[file] = module
	}
	return s
}

// Imports say whether a folder is a root, or a part of its modules' names.
func TestCountImports(t *testing.T) {
	for _, c := range []struct {
		name        string
		file        string // the importing one
		module      string
		by, against int
	}{
		{"relative to the root", "svc/tests/test_a.py", "shop.cart", 1, 0},
		{"a name in a module", "svc/tests/test_a.py", "shop.cart.Cart", 1, 0},
		{"by the root's name", "svc/tests/test_a.py", "src.shop.cart", 0, 1},
		{"by the whole path", "other/test_a.py", "svc.src.shop", 0, 1},
		{"from another project", "other/test_a.py", "shop", 0, 0},
		{"something else", "svc/tests/test_a.py", "numpy", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := surveyOf(map[string][]string{"svc/src/shop/__init__.py": nil, "svc/src/shop/cart.py": nil, c.file: {c.module}})
			candidates := []candidateRoot{{folder: "svc/src", project: "svc"}}
			s.countImports(candidates)
			if got := candidates[0]; got.by != c.by || got.against != c.against {
				t.Errorf("by %d, against %d; want %d, %d", got.by, got.against, c.by, c.against)
			}
		})
	}
}

// Several libraries may provide a module: the importing project's come first, then those of
// its root, then the nearest.
func TestPreferred(t *testing.T) {
	s := emptySurvey("/root")
	s.projectRoots = map[string][]string{"a": {"a/lib", "a/src"}, "b/c": {"b/c/src"}}
	for rel, root := range map[string]string{"": "", "a/src/x": "a/src", "own/x": "own"} {
		s.folders[rel] = &folder{rel: rel}
		s.folders[rel].settings.pythonRoot = root
	}
	for _, c := range []struct {
		rel        string
		from, want []string
	}{
		{"a/tests", []string{"", "a/src", "b/c/src"}, []string{"a/src"}},
		{"a/tests", []string{"", "b/c/src"}, []string{""}},
		{"a/src/x", []string{"a/lib", "a/src"}, []string{"a/lib"}},
		{"own/x", []string{"", "own"}, []string{"own"}},
		{"b/tests", []string{"a/src", "b/c/src"}, []string{"b/c/src"}},
		{"tests", []string{"a/src", "b/c/src"}, []string{"a/src", "b/c/src"}},
		{"tests", []string{"a/src"}, []string{"a/src"}},
	} {
		if got := preferred(s, c.rel, c.from, func(root string) string { return root }); !slices.Equal(got, c.want) {
			t.Errorf("from %s, of %q: %q, want %q", c.rel, c.from, got, c.want)
		}
	}
}
