package gazelle_ext

import (
	"strings"
	"testing"
)

// One module that many files import is told of once, with its first place.
func TestUnresolved(t *testing.T) {
	u := unresolved{}
	for _, m := range []wantedModule{
		{written: "numpy", module: "numpy", file: "b.py", line: 1},
		{written: "numpy", module: "numpy", file: "a.py", line: 20},
		{written: "numpy", module: "numpy", file: "a.py", line: 3},
		{written: "numpy", module: "numpy", file: "a.py", line: 3}, // from numpy import x, y
	} {
		u.add(unresolvedImport{wantedModule: m, manifest: "deps.yaml"})
	}
	var report report
	u.tell(&report)
	if len(report.errors) != 1 || len(report.warnings) != 0 {
		t.Fatalf("%q, %q; want 1 error", report.errors, report.warnings)
	}
	for _, want := range []string{"a.py:3: ", "in 2 more places", "deps.yaml", "# gazelle:resolve py numpy ", "# gazelle:ignore numpy "} {
		if !strings.Contains(report.errors[0], want) {
			t.Errorf("%s: want %q in it", report.errors[0], want)
		}
	}
}

// What the repository has, where no root reaches it, is told with the folder, and is an
// error only where the interpreter's packages are known.
func TestUnresolvedInRepository(t *testing.T) {
	shop := unresolvedImport{
		wantedModule: wantedModule{written: "shop.cart", module: "shop.cart", file: "test_a.py", line: 1},
		found:        "lib/shop/cart.py",
		root:         "lib",
	}
	u := unresolved{}
	u.add(shop)
	var report report
	u.tell(&report)
	shop.file, shop.manifest = "test_b.py", manifestFile
	u.add(shop)
	u.tell(&report)
	if len(report.warnings) != 1 || len(report.errors) != 1 {
		t.Fatalf("%q, %q; want a warning and an error", report.warnings, report.errors)
	}
	for _, c := range []struct{ got, want string }{
		{report.warnings[0], "test_a.py:1: "},
		{report.warnings[0], "if it is lib/shop/cart.py, write # gazelle:python_root in lib/BUILD.bazel; "},
		{report.warnings[0], "# gazelle:python_ignore_dependencies shop "},
		{report.errors[0], "test_b.py:1: "},
		{report.errors[0], "write # gazelle:python_root in lib/BUILD.bazel; "},
		{report.errors[0], manifestFile},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: want %q in it", c.got, c.want)
		}
	}
}
