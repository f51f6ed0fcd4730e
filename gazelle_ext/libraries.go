package gazelle_ext

import (
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// library is a py_library to be generated.
type library struct {
	name string
	// srcs are relative to the package.
	srcs     []string
	testonly bool
}

// isPackage says whether the folder is a Bazel package after this run.
func (s *survey) isPackage(f *folder) bool {
	if f.settings.beside() {
		return !f.inProject() && (f.build != nil || len(f.python()) > 0 || len(s.targets[f.rel]) > 0)
	}
	return f.rel == "" || f.build != nil || len(f.tests) > 0 || f.conftest ||
		len(f.sources) > 0 && (f.settings.project == nil || *f.settings.project == f.rel) ||
		len(s.targets[f.rel]) > 0
}

// libraries returns the libraries of the folder's package.
func (s *survey) libraries(f *folder) []library {
	if !s.isPackage(f) || f.settings.beside() {
		return nil
	}
	var libraries []library
	if srcs := s.librarySources(f); len(srcs) > 0 {
		libraries = append(libraries, library{name: libraryName(f.rel), srcs: srcs})
	}
	if f.conftest {
		libraries = append(libraries, library{name: "conftest", srcs: []string{"conftest.py"}, testonly: true})
	}
	for _, name := range f.tests {
		if s.imported[path.Join(f.rel, name)] {
			libraries = append(libraries, library{
				name:     strings.TrimSuffix(name, ".py") + "_lib",
				srcs:     []string{name},
				testonly: true,
			})
		}
	}
	return libraries
}

// librarySources returns the modules of f's library, sorted. In project mode these
// include the modules of folders below that are no packages.
func (s *survey) librarySources(f *folder) []string {
	srcs := slices.Clone(f.sources)
	if f.settings.project != nil {
		for _, name := range f.subdirs {
			below := s.folders[path.Join(f.rel, name)]
			if s.isPackage(below) {
				continue
			}
			for _, file := range s.librarySources(below) {
				srcs = append(srcs, path.Join(name, file))
			}
		}
	}
	slices.Sort(srcs)
	return srcs
}

// libraryName is rules_python's: the folder's name.
func libraryName(rel string) string {
	if rel == "" {
		return "root"
	}
	return path.Base(rel)
}

// otherRules returns the names of all generated rules that are not test targets.
func (s *survey) otherRules() []plan.Rule {
	rules := []plan.Rule{{Name: censusName, Origin: "the census"}}
	for rel, f := range s.folders {
		rules = append(rules, plan.Rule{Package: rel, Name: packageName, Origin: "the census"})
		for _, l := range s.libraries(f) {
			rules = append(rules, plan.Rule{Package: rel, Name: l.name, Origin: path.Join(rel, l.srcs[0]) + ":1"})
		}
	}
	return rules
}
