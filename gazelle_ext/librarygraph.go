package gazelle_ext

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// indexModules notes by which names the repository's files are imported. Since its root is
// always on sys.path, a file below another Python root has a second name, by its path.
func (s *survey) indexModules() {
	s.byModule = map[string][]string{}
	byPath := map[string][]string{}
	for file := range s.modules {
		name := s.moduleOf(file)
		s.byModule[name] = append(s.byModule[name], file)
		if second := dotted("", strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")); second != name {
			byPath[second] = append(byPath[second], file)
		}
	}
	for name, files := range byPath {
		if s.byModule[name] == nil {
			s.byModule[name] = files
		}
	}
	for _, files := range s.byModule {
		slices.Sort(files)
	}
}

// provider returns the file that an import runs, as far as the repository has it.
func (s *survey) provider(m wantedModule) (string, bool) {
	for _, name := range m.names {
		if file, ok := s.fileOfModule(plan.PackageOf(m.file), name); ok {
			return file, true
		}
	}
	return "", false
}

// fileOfModule returns the file that an import in the folder rel runs for a module.
func (s *survey) fileOfModule(rel, name string) (string, bool) {
	if files := s.byModule[name]; len(files) > 0 {
		rootOf := func(file string) string { return s.rootOf(plan.PackageOf(file)) }
		return preferred(s, rel, files, rootOf)[0], true
	}
	return "", false
}

// importedTests returns the test files that some other file imports.
func (s *survey) importedTests() map[string]bool {
	imported := map[string]bool{}
	for importer := range s.modules {
		for _, file := range s.importsOf(importer).providers {
			if file != importer && s.isTestFile(file) {
				imported[file] = true
			}
		}
	}
	s.importedUnread(imported)
	return imported
}

func (s *survey) isTestFile(file string) bool {
	f := s.folders[plan.PackageOf(file)]
	return f != nil && slices.Contains(f.tests, path.Base(file))
}

// libraryGraph says which libraries import which.
type libraryGraph struct {
	libraries []*library
	// holders are the libraries by their files.
	holders map[string]*library
	index   map[*library]int
	deps    graph
}

func (s *survey) importGraph(libraries []*library) *libraryGraph {
	g := &libraryGraph{
		libraries: libraries,
		holders:   map[string]*library{},
		index:     map[*library]int{},
		deps:      make(graph, len(libraries)),
	}
	for i, l := range libraries {
		g.index[l] = i
		for _, file := range l.files() {
			g.holders[file] = l
		}
	}
	for _, l := range libraries {
		for _, file := range s.providersFor(l) {
			if holder := g.holders[file]; holder != nil && holder != l {
				g.connect(l, holder)
			}
		}
	}
	s.joinUnread(g)
	return g
}

// connect notes that one library depends on another.
func (g *libraryGraph) connect(from, to *library) {
	if i := g.index[from]; !slices.Contains(g.deps[i], g.index[to]) {
		g.deps[i] = append(g.deps[i], g.index[to])
	}
}

// providersFor returns the files that the library's imports run.
func (s *survey) providersFor(l *library) []string {
	var files []string
	for _, file := range l.files() {
		files = append(files, s.importsOf(file).providers...)
	}
	return files
}

// isPresentDependency says whether the rule of a label has another in its deps in the BUILD
// file.
func (s *survey) isPresentDependency(from, to string) bool {
	l, errFrom := label.Parse(from)
	dep, errTo := label.Parse(to)
	f := s.folders[l.Pkg]
	if errFrom != nil || errTo != nil || f == nil || f.ruleNamed(l.Name) == nil {
		return false
	}
	return slices.ContainsFunc(f.ruleNamed(l.Name).AttrStrings("deps"), func(written string) bool {
		pkg, name := labelParts(l.Pkg, written)
		return pkg == dep.Pkg && name == dep.Name
	})
}

// spreadTestonly makes testonly what depends on a library that is, as Bazel demands.
func (g *libraryGraph) spreadTestonly() {
	// What a component depends on comes before it.
	for _, component := range g.deps.components() {
		testonly := slices.ContainsFunc(component, func(i int) bool {
			return g.libraries[i].testonly || slices.ContainsFunc(g.deps[i], func(dep int) bool { return g.libraries[dep].testonly })
		})
		for _, i := range component {
			g.libraries[i].testonly = testonly
		}
	}
}

// addPackages gives each library the packages above what it imports, as importing a.b.c
// runs a/__init__.py and a/b/__init__.py too. Where that would make a cycle, Python runs
// without: a folder whose __init__.py is missing is a namespace package.
func (s *survey) addPackages(g *libraryGraph) {
	for i, l := range g.libraries {
		for _, folder := range s.packagesAbove(s.providersFor(l)) {
			holder := g.holders[path.Join(folder, "__init__.py")]
			if holder == nil || holder == l {
				continue
			}
			above := g.index[holder]
			if !slices.Contains(g.deps[i], above) {
				if g.deps.reaches(above, i) {
					continue
				}
				g.deps[i] = append(g.deps[i], above)
			}
			l.packages = append(l.packages, folder)
		}
	}
}

// packagesAbove returns the folders with an __init__.py that importing the files runs,
// sorted.
func (s *survey) packagesAbove(files []string) []string {
	var folders []string
	for _, file := range files {
		folder := plan.PackageOf(file)
		for root := s.rootOf(folder); folder != root && s.folders[folder] != nil && s.folders[folder].has("__init__.py"); folder = plan.PackageOf(folder) {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// foldersToIndex returns the packages whose rules may provide what is imported: with
// -index=lazy Gazelle reads no others.
func (s *survey) foldersToIndex(all []any) []string {
	packages := map[string]bool{}
	for _, one := range all {
		wanted, _ := one.(*imports)
		if wanted == nil {
			continue
		}
		for _, folder := range wanted.conftests {
			packages[folder] = true
		}
		for _, m := range wanted.modules {
			for _, root := range s.roots() {
				for _, name := range m.names {
					file := path.Join(root, strings.ReplaceAll(name, ".", "/"))
					if s.folders[file] != nil {
						packages[s.packageOf(path.Join(file, "__init__.py"))] = true
					}
					if s.folders[plan.PackageOf(file)] != nil {
						packages[s.packageOf(file)] = true
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(packages))
}

// roots returns all Python roots.
func (s *survey) roots() []string {
	if s.pythonRoots == nil {
		roots := map[string]bool{"": true}
		for _, f := range s.folders {
			roots[f.settings.pythonRoot] = true
		}
		s.pythonRoots = slices.Sorted(maps.Keys(roots))
	}
	return s.pythonRoots
}
