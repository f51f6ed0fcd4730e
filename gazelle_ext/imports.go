package gazelle_ext

import (
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// wantedModule is a module that a source file imports.
type wantedModule struct {
	// written is the module as the file names it, module its name below a Python root;
	// full has what is imported from it as well.
	written, module, full string
	// names are those by which it may be found, relative to a Python root: `from a
	// import b` is module a.b, or a name in module a. The first that is found counts.
	names []string
	file  string
	line  int
	// optional says that it is no error if nothing provides the module.
	optional bool
}

// includedLabel is a dependency that an annotation in a source file adds.
type includedLabel struct {
	label string
	file  string
	line  int
}

// moduleOf returns the name by which a file is imported.
func (s *survey) moduleOf(file string) string {
	name := strings.TrimSuffix(file, ".py")
	if folder := plan.PackageOf(file); path.Base(file) == "__init__.py" && folder != s.rootOf(folder) {
		name = folder
	}
	return dotted(s.rootOf(plan.PackageOf(file)), name)
}

// rootOf returns the folder that the modules in rel are named relative to.
func (s *survey) rootOf(rel string) string {
	f := s.folders[rel]
	for f == nil && rel != "" {
		rel = plan.PackageOf(rel)
		f = s.folders[rel]
	}
	return f.settings.pythonRoot
}

// dotted returns a path below root as the name of a module.
func dotted(root, path string) string {
	return strings.ReplaceAll(relative(root, path), "/", ".")
}

// fileImports is what a file imports, and the files of the repository that this runs.
type fileImports struct {
	wanted    []wantedModule
	providers []string
}

// importsOf returns what a file imports.
func (s *survey) importsOf(file string) fileImports {
	if found, ok := s.imports[file]; ok {
		return found
	}
	found := fileImports{wanted: s.wantedBy(file)}
	for _, module := range found.wanted {
		if provider, ok := s.provider(module); ok {
			found.providers = append(found.providers, provider)
		}
	}
	s.imports[file] = found
	return found
}

// wantedBy returns what the import statements of a file may mean. What a type checker
// alone imports is not among it.
func (s *survey) wantedBy(file string) []wantedModule {
	var wanted []wantedModule
	ignored := s.ignoredIn(file)
	for _, statement := range s.modules[file].Imports {
		base, ok := s.absolute(file, statement)
		if !ok || statement.Typing || s.isAbsent(statement) {
			continue
		}
		names := statement.Names
		if len(names) == 0 || names[0] == "*" {
			names = []string{""}
		}
		written := strings.Repeat(".", statement.Level) + statement.Module
		for _, name := range names {
			full := join(base, name)
			if ignored[written] || slices.ContainsFunc(enclosing(full), func(name string) bool { return ignored[name] }) {
				continue
			}
			module := base
			if statement.Module == "" {
				module = full
			}
			wanted = append(wanted, wantedModule{
				written:  written,
				module:   module,
				full:     full,
				names:    s.candidates(file, statement, full),
				file:     strings.TrimSuffix(file, prompt),
				line:     statement.Line,
				optional: statement.Guarded || statement.Absent != 0 && s.python == newestPython,
			})
		}
	}
	return wanted
}

// isAbsent says whether the target Python does not come to an import.
func (s *survey) isAbsent(statement pyscan.Import) bool {
	return statement.Absent.All() || s.python != newestPython && statement.Absent.Has(s.python)
}

// ignoredIn returns the modules whose imports in file make no dependencies, nor do those of
// what is in them.
func (s *survey) ignoredIn(file string) map[string]bool {
	ignored := set(s.folders[plan.PackageOf(file)].settings.ignored...)
	for _, annotation := range s.modules[file].Annotations {
		if annotation.Key == "ignore" {
			for _, module := range commaSeparated(annotation.Value) {
				ignored[module] = true
			}
		}
	}
	return ignored
}

// includedIn returns the dependencies that the annotations in file add.
func (s *survey) includedIn(file string) []includedLabel {
	var included []includedLabel
	for _, annotation := range s.modules[file].Annotations {
		if annotation.Key == "include_dep" {
			for _, label := range commaSeparated(annotation.Value) {
				included = append(included, includedLabel{label, file, annotation.Line})
			}
		}
	}
	return included
}

// candidates returns the names by which an imported module may be found.
func (s *survey) candidates(file string, statement pyscan.Import, name string) []string {
	names := enclosing(name)
	if statement.Level > 0 {
		return names
	}
	var all []string
	for _, prefix := range s.searchPath(file) {
		for _, name := range names {
			all = append(all, join(prefix, name))
		}
	}
	return all
}

// searchPath returns what may stand before the name of an imported module, in the order
// of sys.path: the folders that pytest puts there, first the file's own, then those of
// the conftest.py files above, and the Python root; at last the file's own folder once
// more, which is there when the file is run as a script.
// https://docs.pytest.org/en/stable/explanation/pythonpath.html
func (s *survey) searchPath(file string) []string {
	var prefixes []string
	add := func(folder string) {
		if prefix := dotted(s.rootOf(folder), folder); prefix != "" && !slices.Contains(prefixes, prefix) {
			prefixes = append(prefixes, prefix)
		}
	}
	here := plan.PackageOf(file)
	own := s.importBase(here)
	if s.pytestFolders()[own] {
		add(own)
	}
	for _, rel := range parents(here) {
		if f := s.folders[rel]; f != nil && f.conftest {
			add(s.importBase(rel))
		}
	}
	prefixes = append(prefixes, "")
	if own == here {
		add(here)
	}
	return prefixes
}

// pytestFolders are the folders that pytest puts on sys.path to import some test file or
// conftest.py.
func (s *survey) pytestFolders() map[string]bool {
	if s.pathFolders == nil {
		s.pathFolders = map[string]bool{}
		for rel, f := range s.folders {
			if len(f.tests) > 0 || f.conftest {
				s.pathFolders[s.importBase(rel)] = true
			}
		}
	}
	return s.pathFolders
}

// importBase returns the folder that must be on sys.path to import what is in rel: the
// first above it, or itself, that is no package.
func (s *survey) importBase(rel string) string {
	for rel != "" && s.folders[rel] != nil && s.folders[rel].has("__init__.py") {
		rel = plan.PackageOf(rel)
	}
	return rel
}

// absolute returns the module that a statement of file names, relative imports
// resolved; false when it leads out of the Python root.
func (s *survey) absolute(file string, statement pyscan.Import) (string, bool) {
	if statement.Level == 0 {
		return statement.Module, true
	}
	folder := plan.PackageOf(file)
	root := s.rootOf(folder)
	for range statement.Level - 1 {
		if folder == root {
			return "", false
		}
		folder = plan.PackageOf(folder)
	}
	return join(dotted(root, folder), statement.Module), true
}

// enclosing returns a.b.c, a.b, a for a.b.c.
func enclosing(name string) []string {
	var names []string
	for name != "" {
		names = append(names, name)
		cut := strings.LastIndex(name, ".")
		if cut < 0 {
			break
		}
		name = name[:cut]
	}
	return names
}

func join(base, name string) string {
	if base == "" || name == "" {
		return base + name
	}
	return base + "." + name
}
