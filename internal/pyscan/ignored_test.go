package pyscan

import (
	"slices"
	"testing"
)

// What a conftest.py leaves out counts where it does so in any case.
func TestCollectIgnore(t *testing.T) {
	for _, c := range []struct {
		name, source string
		want         []string
		unset        bool
	}{
		{name: "none", source: "import os\n", unset: true},
		{name: "list", source: "collect_ignore = ['a.py', 'b']\n", want: []string{"a.py", "b"}},
		{name: "grown", source: "collect_ignore = ['a.py']\ncollect_ignore += ['b.py']\ncollect_ignore.append('c')\n", want: []string{"a.py", "b.py", "c"}},
		{name: "in a branch", source: "collect_ignore = ['a.py']\nif LINUX:\n    collect_ignore.append('b.py')\n", want: []string{"a.py"}},
		{name: "only in a branch", source: "if LINUX:\n    collect_ignore = ['b.py']\n"},
		{name: "computed in part", source: "collect_ignore = ['a.py', HERE / 'b.py', *MORE]\n", want: []string{"a.py"}},
		{name: "computed", source: "collect_ignore = sorted(MORE)\n"},
		{name: "empty", source: "collect_ignore = []\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Scan("conftest.py", []byte(c.source))
			if err != nil {
				t.Fatal(err)
			}
			if got := f.CollectIgnore; !slices.Equal(got, c.want) || (got == nil) != c.unset {
				t.Errorf("%q, unset %v; want %q, %v", got, got == nil, c.want, c.unset)
			}
		})
	}
}
