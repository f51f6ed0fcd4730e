package gazelle_ext

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// ignorePattern is a line of a .gitignore file, as a pattern of doublestar for paths
// relative to that file's folder. https://git-scm.com/docs/gitignore#_pattern_format
type ignorePattern struct {
	glob             string
	negated, folders bool
}

// readIgnorePatterns reads a .gitignore file.
func readIgnorePatterns(content string) []ignorePattern {
	var patterns []ignorePattern
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var p ignorePattern
		line, p.negated = strings.CutPrefix(line, "!")
		line, p.folders = strings.CutSuffix(line, "/")
		line = strings.TrimPrefix(line, `\`)
		if p.glob = strings.TrimPrefix(line, "/"); !strings.Contains(line, "/") {
			p.glob = "**/" + line
		}
		if doublestar.ValidatePattern(p.glob) {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// isIgnored says whether git ignores a file of the repository, or a folder above it. What
// is ignored is not there in another checkout, so no BUILD file may depend on it.
func (s *survey) isIgnored(name string, folder bool) bool {
	if above := plan.PackageOf(name); above != "" && s.isIgnoredFolder(above) {
		return true
	}
	ignored := false
	for _, rel := range slices.Backward(parents(plan.PackageOf(name))) {
		for _, p := range s.ignorePatterns(rel) {
			if p.folders && !folder {
				continue
			}
			if doublestar.MatchUnvalidated(p.glob, relative(rel, name)) {
				ignored = !p.negated
			}
		}
	}
	return ignored
}

func (s *survey) isIgnoredFolder(rel string) bool {
	ignored, known := s.ignoredFolders[rel]
	if !known {
		ignored = s.isIgnored(rel, true)
		s.ignoredFolders[rel] = ignored
	}
	return ignored
}

// ignorePatterns returns those of the .gitignore file in a folder.
func (s *survey) ignorePatterns(rel string) []ignorePattern {
	patterns, known := s.ignores[rel]
	if !known {
		content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(path.Join(rel, ".gitignore"))))
		if err == nil {
			patterns = readIgnorePatterns(string(content))
		}
		s.ignores[rel] = patterns
	}
	return patterns
}
