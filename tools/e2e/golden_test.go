//go:build e2e

package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goldenTrees are those of Gazelle's golden cases whose tests can run: what Gazelle makes
// is not only as expected, Bazel also builds it, and its tests and census pass.
var goldenTrees = []string{"batches", "groups", "merged_over_folders", "serial", "shard_count", "split_markers", "test_roots"}

func TestGoldenTreesRun(t *testing.T) {
	for _, name := range goldenTrees {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.becomeGolden(name)
			r := w.mustPass("test", "//...")
			if len(r.build.Targets) < 2 {
				t.Errorf("%d targets were tested, want the census and at least one more", len(r.build.Targets))
			}
		})
	}
}

// becomeGolden puts the outcome of a golden case into the place of the example.
func (w workspace) becomeGolden(name string) {
	w.t.Helper()
	for _, entry := range entries(w.t, w.dir) {
		if entry.Name() != "MODULE.bazel" && entry.Name() != ".bazelrc" {
			check(w.t, os.RemoveAll(filepath.Join(w.dir, entry.Name())))
		}
	}
	tree := filepath.Join("..", "..", "gazelle_ext", "testdata", name)
	check(w.t, filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "MODULE.bazel" || strings.HasSuffix(path, ".in") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target, err := filepath.Rel(tree, strings.Replace(path, "BUILD.out", "BUILD.bazel", 1))
		if err == nil {
			w.write(target, string(content))
		}
		return err
	}))
}

func entries(t *testing.T, dir string) []fs.DirEntry {
	t.Helper()
	all, err := os.ReadDir(dir)
	check(t, err)
	return all
}
