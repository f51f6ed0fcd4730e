package gazelle_ext

import (
	"strings"
	"testing"
)

func TestUnresolved(t *testing.T) {
	u := unresolved{}
	for _, m := range []wantedModule{
		{written: "numpy", module: "numpy", file: "b.py", line: 1},
		{written: "numpy", module: "numpy", file: "a.py", line: 20},
		{written: "numpy", module: "numpy", file: "a.py", line: 3},
		{written: "numpy", module: "numpy", file: "a.py", line: 3}, // from numpy import x, y
	} {
		u.add(m, []*manifest{{file: "deps.yaml"}})
	}
	errs := u.errors()
	if len(errs) != 1 {
		t.Fatalf("%d errors; want 1: %v", len(errs), errs)
	}
	for _, want := range []string{"a.py:3: ", "in 2 more places", "deps.yaml", "# gazelle:resolve py numpy ", "# gazelle:ignore numpy "} {
		if !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%v: want %q in it", errs[0], want)
		}
	}
}
