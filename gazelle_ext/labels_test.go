package gazelle_ext

import "testing"

func TestLabelParts(t *testing.T) {
	for _, test := range []struct{ rel, label, pkg, name, file string }{
		{"a", "x.py", "a", "x.py", "a/x.py"},
		{"a", ":x.py", "a", "x.py", "a/x.py"},
		{"a", "b/x.py", "a", "b/x.py", "a/b/x.py"},
		{"", "x.py", "", "x.py", "x.py"},
		{"a", "//:x.py", "", "x.py", "x.py"},
		{"a", "//b/c:x.py", "b/c", "x.py", "b/c/x.py"},
		{"a", "//b:c/x.py", "b", "c/x.py", "b/c/x.py"},
		{"a", "//b/c", "b/c", "c", "b/c/c"},
	} {
		pkg, name := labelParts(test.rel, test.label)
		if pkg != test.pkg || name != test.name {
			t.Errorf("%s in %s: package %q, name %q; want %q, %q", test.label, test.rel, pkg, name, test.pkg, test.name)
		}
		if file := fileOf(test.rel, test.label); file != test.file {
			t.Errorf("%s in %s: file %q; want %q", test.label, test.rel, file, test.file)
		}
	}
}
