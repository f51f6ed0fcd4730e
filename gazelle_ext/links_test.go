package gazelle_ext

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLinkLoops(t *testing.T) {
	root := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(root, "a", "b"), 0o755))
	must(os.MkdirAll(filepath.Join(root, "other"), 0o755))
	must(os.WriteFile(filepath.Join(root, ".bazelignore"), []byte("a/ignored\n"), 0o644))
	for link, target := range map[string]string{
		"a/b/up":      "..",
		"a/b/self":    ".",
		"a/b/across":  "../../other",
		"a/ignored":   "..",
		"a/nowhere":   "nothing",
		"a/loop.py":   "loop.py",
		"other/above": "../a",
	} {
		must(os.Symlink(target, filepath.Join(root, link)))
	}
	s := &survey{root: root, folders: map[string]*folder{"": {}, "a": {}, "a/b": {}, "other": {}}}
	var got []string
	for _, errs := range s.linkLoops() {
		for _, err := range errs {
			link, _, _ := strings.Cut(err.Error(), ":")
			got = append(got, link)
		}
	}
	slices.Sort(got)
	if want := []string{"a/b/self", "a/b/up"}; !slices.Equal(got, want) {
		t.Errorf("loops %v, want %v", got, want)
	}
}
