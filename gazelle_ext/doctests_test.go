package gazelle_ext

import (
	"reflect"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

func TestDoctestOptions(t *testing.T) {
	byDefault := []string{"test*.txt"}
	for addopts, want := range map[string]doctestOptions{
		"":                  {globs: byDefault},
		"-ra --strict":      {globs: byDefault},
		"--doctest-modules": {asked: true, modules: true, globs: byDefault},
		"--doctest-glob '*.md' --doctest-glob=docs/*.rst": {asked: true, globs: []string{"*.md", "docs/*.rst"}},
		"--doctest-modules -p no:doctest":                 {},
		"-pno:doctest":                                    {},
		"-p no:cacheprovider --doctest-modules":           {asked: true, modules: true, globs: byDefault},
	} {
		config, err := pytestini.Find(func(name string) ([]byte, bool) {
			return []byte("[pytest]\naddopts = " + addopts + "\n"), name == "pytest.ini"
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := doctestOptionsOf(config); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", addopts, got, want)
		}
	}
}

func TestDoctestFiles(t *testing.T) {
	takes := doctestOptions{asked: true, modules: true, globs: []string{"*.md", "docs/*.rst", "a[.]?"}}.taking()
	for file, want := range map[string]bool{
		"lib/core.py":         true,
		"lib/__init__.py":     true,
		"conftest.py":         true,
		"setup.py":            false,
		"lib/__main__.py":     false,
		"README.md":           true,
		"docs/deep/README.md": true,
		"docs/a.rst":          true,
		"sub/docs/a/b.rst":    true,
		"mydocs/a.rst":        false,
		"a.rst":               false,
		"a.x":                 true,
		"a.xx":                false,
	} {
		if got := takes(file); got != want {
			t.Errorf("%s: got %v", file, got)
		}
	}
	if (doctestOptions{}).taking()("lib/core.py") {
		t.Error("takes modules that nobody asked for")
	}
}
