package pyscan

import (
	"strings"
	"testing"
)

// Folders that a conftest.py puts on sys.path.
func TestSearchPath(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\n", "../lib"},
		{"sys.path.append(str(Path(__file__).parent / 'lib'))\n", "lib"},
		{"sys.path.insert(0, str(Path(__file__).resolve().parents[1]))\n", ".."},
		{"HERE = Path(__file__).parent\nsys.path[:0] = []\nsys.path.insert(0, str(HERE / 'a'))\nsys.path.insert(0, str(HERE / 'b'))\n", "a b"},
		{"def pytest_configure():\n    site.addsitedir(os.path.dirname(__file__) + '/lib')\n", "lib"},
		{"sys.path.insert(0, LIB)\nDATA = Path(__file__).parent / 'data'\n", ""},
		{"sys.path.insert(0, 'lib')\n", ""},
		{"# sys.path.insert(0, str(Path(__file__).parent))\n", ""},
		{"sys.path.insert(0, str(Path(__file__).parent / 'lib'", ""},
	} {
		f, err := Scan("conftest.py", []byte(c.source))
		if err != nil {
			if c.want != "" {
				t.Error(err)
			}
			continue
		}
		if got := strings.Join(f.SearchPath, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.source, got, c.want)
		}
	}
}
