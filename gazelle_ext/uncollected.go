package gazelle_ext

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// leaveOut takes from the folders the test files that pytest does not collect: they get no
// targets, and the census does not miss them. A conftest.py without any test below it that
// is collected goes with them.
func (s *survey) leaveOut(report *report) {
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		c := s.collections[f.settings.testRoot]
		option := ""
		f.tests = slices.DeleteFunc(f.tests, func(name string) bool {
			by := s.leftOutBy(c, path.Join(rel, name))
			if by == "" || f.settings.beside() && !c.isDefault(by) {
				return false // beside, the other extension makes targets of all test files
			}
			option = by
			f.uncollected = append(f.uncollected, name)
			return true
		})
		if option != "" {
			s.warnOwnConfig(f, c.place(option), report)
		}
	}
	s.leaveOutConftests(s.folders[""])
	for rel, f := range s.folders {
		for _, name := range f.uncollected {
			delete(s.unread, path.Join(rel, name))
		}
	}
	for _, source := range s.sources {
		source.Collected = s.isTestFile(source.Path)
	}
}

// isDefault says whether an option by which files are left out has pytest's default value.
func (c collection) isDefault(option string) bool {
	_, said := c.config.Args(option)
	return option == byNorecursedirs && !said
}

// place says of an option by which files are left out where it stands.
func (c collection) place(option string) string {
	if c.isDefault(option) {
		return "pytest's default of " + option
	}
	return c.config.Place(option) + ": " + option
}

// leaveOutConftests leaves out the conftest.py files at and below a folder with which
// nothing is collected, and says whether something is, and whether something is left out.
func (s *survey) leaveOutConftests(f *folder) (collects, leaves bool) {
	collects, leaves = len(f.tests) > 0, len(f.uncollected) > 0
	for _, name := range f.subdirs {
		collectsBelow, leavesBelow := s.leaveOutConftests(s.folders[path.Join(f.rel, name)])
		collects, leaves = collects || collectsBelow, leaves || leavesBelow
	}
	if f.conftest && leaves && !collects {
		f.conftest = false
		f.uncollected = append(f.uncollected, "conftest.py")
	}
	return collects, leaves
}

// warnOwnConfig tells of tests that are left out though pytest has a configuration file
// right there: they may be meant to run with pytest started there.
func (s *survey) warnOwnConfig(f *folder, by string, report *report) {
	for at := f; at.rel != f.settings.testRoot; at = s.folders[plan.PackageOf(at.rel)] {
		config, _ := pytestini.Find(s.filesIn(at))
		if config.File == "" {
			continue
		}
		report.warn(fmt.Errorf("%s:1: the tests here have no targets, since %s leaves them out; if they are run by a pytest that is started here, write # gazelle:%s in %s",
			path.Join(at.rel, config.File), by, testRootDirective, path.Join(at.rel, "BUILD.bazel")))
		return
	}
}

// adoptUncollected makes sources of the files that are left out but imported by others, and
// forgets the rest.
func (s *survey) adoptUncollected() {
	left := map[string]*folder{}
	for rel, f := range s.folders {
		for _, name := range f.uncollected {
			left[path.Join(rel, name)] = f
		}
	}
	var importers []string
	for file := range s.modules {
		if left[file] == nil {
			importers = append(importers, file)
		}
	}
	for len(importers) > 0 {
		importer := importers[0]
		importers = importers[1:]
		for _, file := range s.importsOf(importer).providers {
			if f := left[file]; f != nil {
				delete(left, file)
				f.sources = append(f.sources, path.Base(file))
				slices.Sort(f.sources)
				importers = append(importers, file)
			}
		}
	}
	for file := range left {
		delete(s.modules, file)
	}
	s.indexModules()
}
