package gazelle_ext

import (
	"errors"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyproject"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// candidateRoot is a folder that a Python project's files make a Python root, as a
// python_root directive would.
type candidateRoot struct {
	folder, project string
	// asked says that this takes imports by the names that the root gives: it is the
	// project's own folder, or one by convention, and no file says so.
	asked bool
	// by and against count the imports that name modules relative to the root, and by
	// the root's own name: import src.shop.
	by, against int
}

// inferRoots makes the folders Python roots which pytest's pythonpath, the build back ends
// or the convention of a src folder put on sys.path. A directive in a project's folder or
// below it comes first.
func (s *survey) inferRoots(report *report) {
	s.projectRoots = map[string][]string{}
	candidates := s.candidateRoots(report)
	s.countImports(candidates)
	inferred := map[string]candidateRoot{}
	for _, c := range candidates {
		said := s.folders[c.folder].settings.rootSaid(c)
		switch {
		case said && s.rootOf(c.folder) != c.folder:
		case said || c.against <= c.by && (c.by > 0 || !c.asked):
			s.projectRoots[c.project] = append(s.projectRoots[c.project], c.folder)
			inferred[c.folder] = c
		}
	}
	for rel, f := range s.folders {
		for _, above := range parents(rel) {
			if c, ok := inferred[above]; ok && !f.settings.rootSaid(c) {
				f.settings.pythonRoot = c.folder
				break
			}
		}
	}
}

// rootSaid says whether a directive that comes before the candidate names the root.
func (s settings) rootSaid(c candidateRoot) bool {
	above := c.project
	if !plan.Within(c.folder, above) {
		above = c.folder
	}
	return s.pythonRootSaid != nil && plan.Within(*s.pythonRootSaid, above)
}

// candidateRoots returns the roots that projects ask for, the outer before the inner.
func (s *survey) candidateRoots(report *report) []candidateRoot {
	var candidates []candidateRoot
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		if f.settings.beside() || isTestData(rel) && !f.isTestRoot() {
			continue // beside rules_python's extension, its own directive names roots
		}
		var folders []string
		for _, entry := range s.pythonpathOf(f) {
			folders = append(folders, path.Join(rel, entry))
		}
		said, byConvention := s.rootsOfProject(f, report)
		for _, folder := range append(folders, said...) {
			candidates = append(candidates, candidateRoot{folder: folder, project: rel, asked: folder == rel && !slices.Contains(folders, rel)})
		}
		if byConvention != nil {
			candidates = append(candidates, candidateRoot{folder: *byConvention, project: rel, asked: true})
		}
	}
	candidates = append(candidates, s.rootsOfTests()...)
	candidates = slices.DeleteFunc(candidates, func(c candidateRoot) bool {
		return c.folder == "" || !s.holdsModules(c.folder)
	})
	slices.SortStableFunc(candidates, func(a, b candidateRoot) int { return strings.Compare(a.folder, b.folder) })
	return slices.CompactFunc(candidates, func(a, b candidateRoot) bool { return a.folder == b.folder && a.project == b.project })
}

// rootsOfTests returns the folders that test files and conftest.py files put on sys.path,
// but for those that pytest puts there for them anyway.
func (s *survey) rootsOfTests() []candidateRoot {
	var candidates []candidateRoot
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		if f.settings.beside() {
			continue
		}
		for _, name := range append(slices.Clone(f.tests), "conftest.py") {
			module := s.modules[path.Join(rel, name)]
			if module == nil {
				continue
			}
			for _, folder := range module.SearchPath {
				if folder = path.Join(rel, folder); folder != s.importBase(rel) {
					candidates = append(candidates, candidateRoot{folder: folder, project: rel})
				}
			}
		}
	}
	return candidates
}

// isTestData says whether a folder lies among the data of tests or copies of other
// people's code: a project there is none of the repository's.
func isTestData(rel string) bool {
	names := []string{"test", "tests", "testdata", "test_data", "test-data", "fixtures", "vendor", "_vendor", "vendored", "third_party", "extern", "site-packages"}
	return slices.ContainsFunc(strings.Split(rel, "/"), func(name string) bool { return slices.Contains(names, name) })
}

// pythonpathOf returns pytest's option pythonpath, where a configuration file is.
func (s *survey) pythonpathOf(f *folder) []string {
	config := f.settings.pytest
	if !f.isTestRoot() {
		// What is wrong with the file is told where it counts, in a test root.
		config, _ = pytestini.Find(s.filesIn(f))
	}
	entries, _ := config.Args("pythonpath")
	return entries
}

// rootsOfProject returns the roots that the project's build back end is told, else the one
// that is taken by convention; nil where there is no project.
func (s *survey) rootsOfProject(f *folder, report *report) (said []string, byConvention *string) {
	if !f.isProject() {
		if f.isTestRoot() || f.has("manage.py") {
			// python -m pytest puts the folder on sys.path in which it is started, and
			// Django that of its manage.py.
			return nil, &f.rel
		}
		return nil, nil
	}
	project, err := pyproject.Read(s.filesIn(f))
	// A test root whose configuration is not known has told of this error.
	if told := f.isTestRoot() && f.settings.pytest.File == ""; err != nil && !told {
		report.warn(errors.New(path.Join(f.rel, err.Error()) + "; where its modules are is taken from its other files"))
	}
	for _, folder := range project.Roots {
		said = append(said, path.Join(f.rel, folder))
	}
	src := path.Join(f.rel, "src")
	switch below := s.folders[src]; {
	case len(said) > 0:
	case below != nil && !below.has("__init__.py") && s.holdsModules(src):
		return nil, &src
	case project.Distribution, f.isTestRoot(), f.has("manage.py"):
		return nil, &f.rel
	}
	return said, nil
}

// filesIn returns what reads a folder's files by name.
func (s *survey) filesIn(f *folder) func(name string) ([]byte, bool) {
	return func(name string) ([]byte, bool) {
		if !f.has(name) {
			return nil, false
		}
		content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(f.rel), name))
		return content, err == nil
	}
}

// holdsModules says whether there are Python files in a folder or in one directly below.
func (s *survey) holdsModules(rel string) bool {
	f := s.folders[rel]
	return f != nil && (len(f.python()) > 0 || slices.ContainsFunc(f.subdirs, func(name string) bool {
		return len(s.folders[path.Join(rel, name)].python()) > 0
	}))
}

// countImports counts by which names the repository's files, and pytest because of its
// configuration, import the modules of each candidate.
func (s *survey) countImports(candidates []candidateRoot) {
	if len(candidates) == 0 {
		return
	}
	names := s.namesBelow(candidates)
	count := func(file, module string) {
		for _, name := range enclosing(module) {
			for _, found := range names[name] {
				c := &candidates[found.candidate]
				if found.byRoot && plan.Within(file, c.project) {
					c.by++
				} else if !found.byRoot {
					c.against++
				}
			}
			if names[name] != nil {
				break
			}
		}
	}
	for file, module := range s.modules {
		for _, statement := range module.Imports {
			if statement.Level == 0 {
				count(file, statement.Module)
			}
		}
	}
	for _, f := range s.folders {
		for _, module := range s.modulesOfConfiguration(f) {
			count(f.rel, module)
		}
	}
}

// modulesOfConfiguration returns what a folder's configuration files have pytest import.
func (s *survey) modulesOfConfiguration(f *folder) []string {
	var modules []string
	if f.isTestRoot() {
		for _, named := range configuredModules(f.settings.pytest) {
			modules = append(modules, named.module)
		}
	}
	if f.isProject() {
		project, _ := pyproject.Read(s.filesIn(f))
		modules = append(modules, project.Plugins...)
	}
	return modules
}

// nameBelow is a name of a module of a candidate: relative to it, or by its own name.
type nameBelow struct {
	candidate int
	byRoot    bool
}

// namesBelow returns the names of the modules of all candidates.
func (s *survey) namesBelow(candidates []candidateRoot) map[string][]nameBelow {
	byFolder := map[string][]int{}
	for i, c := range candidates {
		byFolder[c.folder] = append(byFolder[c.folder], i)
	}
	names := map[string][]nameBelow{}
	for file := range s.modules {
		module := strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")
		for _, folder := range parents(plan.PackageOf(file)) {
			for _, i := range byFolder[folder] {
				for _, above := range parents(folder) {
					name := dotted(above, module)
					names[name] = append(names[name], nameBelow{i, above == folder})
				}
			}
		}
	}
	return names
}

// preferred returns of the folders, by their Python roots, those which an import in the
// folder rel means if several provide the module: in the roots of the nearest project,
// else below the same root, else in those that are nearest by folder.
func preferred[T any](s *survey, rel string, all []T, rootOf func(T) string) []T {
	if len(all) == 1 {
		return all
	}
	in := func(root string) []T {
		return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return rootOf(one) != root })
	}
	for _, above := range parents(rel) {
		for _, root := range s.projectRoots[above] {
			if near := in(root); len(near) > 0 {
				return near
			}
		}
		if len(s.projectRoots[above]) > 0 {
			break
		}
	}
	if near := in(s.rootOf(rel)); len(near) > 0 {
		return near
	}
	for _, above := range parents(rel) {
		near := slices.DeleteFunc(slices.Clone(all), func(one T) bool { return !plan.Within(rootOf(one), above) })
		if len(near) > 0 {
			return near
		}
	}
	return all
}
