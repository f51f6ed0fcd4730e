package gazelle_ext

import (
	"path"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// labelParts returns the package and the name in a label that a BUILD file in rel has.
func labelParts(rel, label string) (pkg, name string) {
	absolute, ok := strings.CutPrefix(label, "//")
	if !ok {
		return rel, strings.TrimPrefix(label, ":")
	}
	if pkg, name, ok = strings.Cut(absolute, ":"); !ok {
		name = path.Base(pkg) // //a/b is short for //a/b:b
	}
	return pkg, name
}

// fileOf returns the path of a file that a rule in the package rel names.
func fileOf(rel, label string) string { return path.Join(labelParts(rel, label)) }

// hasFile says whether a file is on disk, in a folder of the survey, and not excluded from
// Gazelle.
func (s *survey) hasFile(file string) bool {
	f := s.folders[plan.PackageOf(file)]
	return f != nil && f.has(path.Base(file))
}
