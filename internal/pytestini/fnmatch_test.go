package pytestini

import "testing"

func TestFnmatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/*_wip.py", "a/b/c_wip.py", true},
		{"*_wip.py", "a/c_wip.pyc", false},
		{"test_?.py", "test_a.py", true},
		{"test_?.py", "test_.py", false},
		{"test_[ab].py", "test_b.py", true},
		{"test_[!ab].py", "test_b.py", false},
		{"test_[!ab].py", "test_^.py", true},
		{"test_[^a].py", "test_^.py", true},
		{"test_[]a].py", "test_].py", true},
		{"test_[a-c].py", "test_b.py", true},
		{"test_[c-a].py", "test_b.py", false},
		{"test_[.py", "test_[.py", true},
		{"a.b", "aXb", false},
		{"a+(b)", "a+(b)", true},
		{"ä*", "äöü", true},
		{"", "", true},
	} {
		if got := Fnmatch(c.pattern)(c.name); got != c.want {
			t.Errorf("%q, %q: %v", c.pattern, c.name, got)
		}
	}
}
