package gazelle_ext

import (
	"os"
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
	// initial are the files and folders at which it begins, the test root's where testpaths
	// name none, and above the folders through which it comes to them.
	initial, above              map[string]bool
	norecursedirs, ignoredGlobs []func(rel string) bool
	ignored                     map[string]bool
	// inVirtualenvs says that it looks into virtual environments, too.
	inVirtualenvs bool
}

// The options and variables by which pytest passes files over.
const (
	byTestpaths     = "testpaths"
	byAddopts       = "addopts"
	byNorecursedirs = "norecursedirs"
	byConftest      = "collect_ignore"
)

// defaultNorecursedirs are the folders that pytest does not enter where its configuration
// says nothing. xdist_package leaves out the same, but for packages of these names.
// https://docs.pytest.org/en/stable/reference/reference.html#confval-norecursedirs
var defaultNorecursedirs = []string{"*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"}

// collectionOf reads what the configuration of a test root says, once.
func (s *survey) collectionOf(root string, config pytestini.Config) collection {
	if c, known := s.collections[root]; known {
		return c
	}
	c := collection{root: root, config: config, ignored: map[string]bool{}, inVirtualenvs: config.HasFlag("--collect-in-virtualenv")}
	c.addInitial(s.root)
	norecursedirs, said := config.Args(byNorecursedirs)
	if !said {
		norecursedirs = defaultNorecursedirs
	}
	for _, pattern := range norecursedirs {
		c.norecursedirs = append(c.norecursedirs, folderMatcher(pattern))
	}
	for _, name := range config.Flags("--ignore") {
		c.ignored[path.Join(root, name)] = true
	}
	for _, pattern := range config.Flags("--ignore-glob") {
		c.ignoredGlobs = append(c.ignoredGlobs, pytestini.Fnmatch(path.Join(root, pattern)))
	}
	s.collections[root] = c
	return c
}

// addInitial finds what testpaths name, as pytest does: with wildcards that match no hidden
// files. Where there is nothing, it begins in the test root.
func (c *collection) addInitial(repository string) {
	c.initial, c.above = map[string]bool{}, map[string]bool{}
	testpaths, _ := c.config.Args(byTestpaths)
	for _, pattern := range testpaths {
		pattern = path.Join(c.root, pattern)
		found, _ := doublestar.Glob(os.DirFS(repository), pattern, doublestar.WithNoFollow())
		for _, name := range found {
			if strings.Contains("/"+name, "/.") && name != "." && !strings.Contains("/"+pattern, "/.") {
				continue
			}
			if name == "." {
				name = ""
			}
			c.initial[name] = true
		}
	}
	if len(c.initial) == 0 {
		c.initial[c.root] = true
	}
	for name := range c.initial {
		for _, above := range parents(name)[1:] {
			c.above[above] = true
		}
	}
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

// isIn says whether a file or folder is one at which pytest begins, or below one.
func (c collection) isIn(file string) bool {
	return slices.ContainsFunc(parents(file), func(above string) bool { return c.initial[above] })
}

// enters says whether pytest looks for tests in a folder, if it does in that above.
func (c collection) enters(folder string) bool {
	return c.initial[folder] || c.above[folder] || !matchedBy(c.norecursedirs, folder)
}

// entersVirtualenv says the same of a folder that is a virtual environment.
func (c collection) entersVirtualenv(folder string) bool {
	return c.initial[folder] || c.above[folder] || c.inVirtualenvs
}

// leftOutBy returns the option by which pytest passes a test file over, "" if it collects
// it. Of conftest.py files that is the variable's name. What testpaths name is never passed
// over, nor are the folders on the way there.
func (s *survey) leftOutBy(c collection, file string) string {
	if !c.isIn(file) {
		return byTestpaths
	}
	for at := file; !c.initial[at]; at = plan.PackageOf(at) {
		switch {
		case at != file && c.above[at]:
		case c.ignored[at] || matchedBy(c.ignoredGlobs, at):
			return byAddopts
		case at != file && !c.enters(at):
			return byNorecursedirs
		case s.conftestIgnores(c.root, at):
			return byConftest
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
