package gazelle_ext

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// library is a py_library to be generated.
type library struct {
	rel, name string
	// srcs are relative to the package; foreign are files of other packages, relative to
	// the root of the repository.
	srcs, foreign []string
	testonly      bool
	// packages are the folders whose __init__.py what it imports runs first.
	packages []string
	// merged are the names of libraries whose sources are here instead, because they
	// and this one import each other.
	merged []string
}

// files are the sources, relative to the root of the repository.
func (l *library) files() []string {
	files := make([]string, len(l.srcs))
	for i, src := range l.srcs {
		files[i] = path.Join(l.rel, src)
	}
	return append(files, l.foreign...)
}

// librariesAuto is the default of xdist_generate_libraries.
const librariesAuto = "auto"

// librariesWanted says whether this extension makes the libraries of a folder. Auto is
// where nobody else makes them.
func librariesWanted(f *folder) bool {
	return f.settings.libraries != "false" && !f.settings.beside()
}

// isPackage says whether the folder is a Bazel package after this run.
func (s *survey) isPackage(f *folder) bool {
	if f.settings.beside() {
		return !f.inProject() && (f.build != nil || len(f.python()) > 0 || len(s.targets[f.rel]) > 0)
	}
	_, metadata := s.metadata[f.rel]
	return f.rel == "" || f.build != nil || metadata || len(f.tests) > 0 || len(s.targets[f.rel]) > 0 ||
		librariesWanted(f) && (f.conftest || len(f.sources) > 0 && (f.settings.project == nil || *f.settings.project == f.rel))
}

// mayBePackage says whether the folder may become a package: not if that took modules away
// from the one library of the project that it belongs to.
func (s *survey) mayBePackage(rel string) bool {
	f := s.folders[rel]
	return !f.inProject() && (s.isPackage(f) || f.settings.project == nil || len(s.librarySources(f)) == 0)
}

// packageOf returns the package that a file or folder is in.
func (s *survey) packageOf(file string) string {
	for _, rel := range parents(plan.PackageOf(file)) {
		if f := s.folders[rel]; f != nil && s.isPackage(f) || f == nil && s.hasBuildFile(rel) {
			return rel
		}
	}
	return ""
}

// startablePackage returns the package of a target that runs a file by itself: its own, or
// one above it in which Bazel can start tests.
func (s *survey) startablePackage(file string) string {
	pkg := s.packageOf(file)
	for plan.Startable(pkg) != pkg {
		pkg = s.packageOf(pkg)
	}
	return pkg
}

// libraries returns the libraries of the folder's package.
func (s *survey) libraries(f *folder) []*library { return s.librariesIn[f.rel] }

// planLibraries decides which libraries there are. That takes all packages at once: what
// a library is depends on what imports what.
func (s *survey) planLibraries() {
	var separate []*library
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		separate = append(separate, s.separateLibraries(s.folders[rel])...)
	}
	s.forwardsIn, s.forwards = map[string][]*forward{}, map[string]*forward{}
	planned := s.importGraph(s.mergeCycles(s.importGraph(separate)))
	planned.spreadTestonly()
	s.addPackages(planned)
	s.librariesIn = map[string][]*library{}
	for _, l := range planned.libraries {
		s.librariesIn[l.rel] = append(s.librariesIn[l.rel], l)
	}
	s.holders = planned.holders
}

// separateLibraries returns the folder's libraries as they are if no cycles join them.
func (s *survey) separateLibraries(f *folder) []*library {
	if !s.isPackage(f) || !librariesWanted(f) {
		return nil
	}
	var libraries []*library
	taken := set(packageName, censusName)
	add := func(name string, srcs []string, testonly bool) {
		name = f.nameOfLibrary(name, srcs, taken)
		taken[name] = true
		libraries = append(libraries, &library{rel: f.rel, name: name, srcs: srcs, testonly: testonly})
	}
	if srcs := s.librarySources(f); len(srcs) > 0 {
		taken["conftest"] = f.conftest
		add(libraryName(f.rel), srcs, false)
		delete(taken, "conftest")
	}
	if f.conftest {
		add("conftest", []string{"conftest.py"}, true)
	}
	for _, name := range f.tests {
		if s.imported[path.Join(f.rel, name)] {
			add(strings.TrimSuffix(name, ".py")+"_lib", []string{name}, true)
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
