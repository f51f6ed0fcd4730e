//go:build e2e

package e2e

import (
	"io/fs"
	"strings"
)

// sources shows of a workspace only what a person wrote: not Bazel's links to its
// outputs and not Python's bytecode.
type sources struct{ fs.FS }

func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	var kept []fs.DirEntry
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "bazel-") && entry.Name() != "__pycache__" && entry.Name() != ".pytest_cache" {
			kept = append(kept, entry)
		}
	}
	return kept, err
}
