package gazelle_ext

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// freezeLinkLoops freezes the packages that have a symbolic link to a folder above it.
// Gazelle does not follow it, but Bazel's glob does, also xdist_package's: the package would
// not load.
func (s *survey) freezeLinkLoops() {
	hasTests := false
	for _, f := range s.folders {
		hasTests = hasTests || len(f.tests) > 0
	}
	if !hasTests {
		return
	}
	for rel, errs := range s.linkLoops() {
		f := s.folders[s.packageOf(path.Join(rel, "link"))]
		f.settings.wrongHere = slices.Concat(f.settings.wrongHere, errs)
	}
}

// linkLoops returns an error for each symbolic link to a folder above it, by its folder.
func (s *survey) linkLoops() map[string][]error {
	ignored := bazelIgnored(s.root)
	errs := map[string][]error{}
	for rel := range s.folders {
		folder := filepath.Join(s.root, filepath.FromSlash(rel))
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			link := path.Join(rel, entry.Name())
			if entry.Type()&fs.ModeSymlink != 0 && !ignored[link] && leadsAbove(folder, entry.Name()) {
				errs[rel] = append(errs[rel], fmt.Errorf("%s: this link leads to a folder above it, which Bazel's glob would follow for ever; remove it, or name it in .bazelignore", link))
			}
		}
	}
	return errs
}

// leadsAbove says whether the link name in folder leads to the folder or one above it.
func leadsAbove(folder, name string) bool {
	target, err := filepath.EvalSymlinks(filepath.Join(folder, name))
	if err != nil {
		return false
	}
	here, err := filepath.EvalSymlinks(folder)
	return err == nil && strings.HasPrefix(here+string(filepath.Separator), target+string(filepath.Separator))
}

// bazelIgnored returns the paths in .bazelignore.
func bazelIgnored(root string) map[string]bool {
	ignored := map[string]bool{}
	content, _ := os.ReadFile(filepath.Join(root, ".bazelignore"))
	for _, line := range strings.Split(string(content), "\n") {
		ignored[path.Clean(strings.TrimSpace(line))] = true
	}
	return ignored
}
