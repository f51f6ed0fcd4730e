package workspace

import (
	"bufio"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
)

// excludeDirective is Gazelle's, as it stands in a BUILD file.
var excludeDirective = regexp.MustCompile(`^#\s*gazelle:exclude\s+(\S.*?)\s*$`)

// Unseen lists the files and folders that neither Bazel nor Gazelle looks at: what is
// Invisible, and what `# gazelle:exclude` names. Of what is in such a folder it lists
// nothing.
func (w Workspace) Unseen() ([]string, error) {
	unseen, err := w.Invisible()
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{".git": true}
	for _, path := range unseen {
		hidden[filepath.ToSlash(filepath.Clean(path))] = true
	}
	var patterns []string
	err = fs.WalkDir(os.DirFS(w.Root), ".", func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && at != ".":
			return nil // Whoever needs it will say so.
		case err != nil:
			return err
		case !hidden[at] && !slices.ContainsFunc(patterns, func(p string) bool { return doublestar.MatchUnvalidated(p, at) }):
			if entry.IsDir() {
				patterns = append(patterns, w.excludes(at)...)
			}
			return nil
		case !hidden[at]:
			unseen = append(unseen, at)
		}
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return unseen, err
}

// excludes reads the patterns that a folder's BUILD file excludes, relative to the root.
func (w Workspace) excludes(folder string) []string {
	var patterns []string
	for _, name := range buildFiles {
		file, err := os.Open(filepath.Join(w.Root, folder, name))
		if err != nil {
			continue
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if found := excludeDirective.FindStringSubmatch(lines.Text()); found != nil {
				patterns = append(patterns, path.Join(folder, found[1]))
			}
		}
		break
	}
	return patterns
}
