package gazelle_ext

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// collection says what a plain pytest, started in a test root, passes over.
type collection struct {
	root   string
	config pytestini.Config
	// testpaths are patterns of what it looks into, nil for everything.
	testpaths                   []string
	norecursedirs, ignoredGlobs []func(rel string) bool
	ignored                     map[string]bool
}

// leaveOut takes from the folders the test files that pytest does not collect: they get no
// targets, and the census does not miss them. A conftest.py without any test below it that
// is collected goes with them.
func (s *survey) leaveOut(report *report) {
	collections := map[string]collection{}
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		if f.settings.beside() {
			continue // the other extension makes targets of all test files
		}
		root := f.settings.testRoot
		if _, known := collections[root]; !known {
			collections[root] = s.collectionOf(root)
		}
		option := ""
		f.tests = slices.DeleteFunc(f.tests, func(name string) bool {
			by := s.leftOutBy(collections[root], path.Join(rel, name))
			if by != "" {
				option = by
				f.uncollected = append(f.uncollected, name)
			}
			return by != ""
		})
		if option != "" {
			s.warnOwnConfig(f, collections[root].config.Place(option)+": "+option, report)
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

// collectionOf reads what the configuration of a test root says.
func (s *survey) collectionOf(root string) collection {
	config := s.folders[root].settings.pytest
	c := collection{root: root, config: config, ignored: map[string]bool{}}
	below := func(name string) string { return path.Join(root, name) }
	testpaths, _ := config.Args("testpaths")
	for _, pattern := range testpaths {
		c.testpaths = append(c.testpaths, below(pattern))
	}
	if !s.anyIn(c) {
		c.testpaths = nil // pytest looks everywhere then
	}
	norecursedirs, _ := config.Args("norecursedirs")
	for _, pattern := range norecursedirs {
		c.norecursedirs = append(c.norecursedirs, folderMatcher(pattern))
	}
	for _, name := range config.Flags("--ignore") {
		c.ignored[below(name)] = true
	}
	for _, pattern := range config.Flags("--ignore-glob") {
		c.ignoredGlobs = append(c.ignoredGlobs, pytestini.Fnmatch(below(pattern)))
	}
	return c
}

// folderMatcher returns what matches folders by one pattern of norecursedirs.
func folderMatcher(pattern string) func(rel string) bool {
	if strings.Contains(pattern, "/") {
		matches := pytestini.Fnmatch("*/" + pattern)
		return func(rel string) bool { return matches("/" + rel) }
	}
	matches := pytestini.Fnmatch(pattern)
	return func(rel string) bool { return matches(path.Base(rel)) }
}

// anyIn says whether testpaths match anything.
func (s *survey) anyIn(c collection) bool {
	for rel, f := range s.folders {
		if f.settings.testRoot != c.root {
			continue
		}
		for _, name := range append(slices.Clone(f.tests), "") {
			if c.isIn(path.Join(rel, name)) {
				return true
			}
		}
	}
	return false
}

// isIn says whether a file or folder is one of testpaths or below one.
func (c collection) isIn(file string) bool {
	return slices.ContainsFunc(parents(file), func(above string) bool {
		return slices.ContainsFunc(c.testpaths, func(pattern string) bool {
			return pattern == above || pattern != "" && doublestar.MatchUnvalidated(pattern, above)
		})
	})
}

// leftOutBy returns the option by which pytest passes a test file over, "" if it collects
// it. Of conftest.py files that is the variable's name.
func (s *survey) leftOutBy(c collection, file string) string {
	if c.testpaths != nil && !c.isIn(file) {
		return "testpaths"
	}
	for at := file; at != c.root; at = plan.PackageOf(at) {
		switch {
		case c.ignored[at] || matchedBy(c.ignoredGlobs, at):
			return "addopts"
		case at != file && matchedBy(c.norecursedirs, at):
			return "norecursedirs"
		case s.conftestIgnores(c.root, at):
			return "collect_ignore"
		}
	}
	return ""
}

func matchedBy(matchers []func(string) bool, name string) bool {
	return slices.ContainsFunc(matchers, func(matches func(string) bool) bool { return matches(name) })
}

// conftestIgnores says whether a conftest.py has pytest ignore a file or folder. Of each
// variable, only that of the nearest conftest.py counts.
func (s *survey) conftestIgnores(root, at string) bool {
	paths, in := s.nearestIgnored(root, at, func(module *pyscan.File) []string { return module.CollectIgnore })
	if slices.ContainsFunc(paths, func(name string) bool { return path.Join(in, name) == at }) {
		return true
	}
	globs, in := s.nearestIgnored(root, at, func(module *pyscan.File) []string { return module.CollectIgnoreGlob })
	return slices.ContainsFunc(globs, func(glob string) bool { return pytestini.Fnmatch(path.Join(in, glob))(at) })
}

// nearestIgnored returns what the nearest conftest.py above, within the test root, says,
// and its folder.
func (s *survey) nearestIgnored(root, at string, variable func(*pyscan.File) []string) ([]string, string) {
	for _, above := range parents(plan.PackageOf(at)) {
		if !plan.Within(above, root) {
			break
		}
		if module := s.modules[path.Join(above, "conftest.py")]; module != nil && variable(module) != nil {
			return variable(module), above
		}
	}
	return nil, ""
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
