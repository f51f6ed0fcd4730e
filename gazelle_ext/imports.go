package gazelle_ext

import (
	"path"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// moduleOf returns the name by which the file is imported from the repository's root.
func moduleOf(file string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")
	return strings.ReplaceAll(name, "/", ".")
}

// importsOf returns, for each import statement of file, the module names by which
// it may be meant, the most specific first: `from a import b` is module a.b or a
// name in module a.
func (s *survey) importsOf(file string, module *pyscan.File) [][]string {
	var imports [][]string
	for _, statement := range module.Imports {
		base, ok := absolute(file, statement)
		if !ok {
			continue
		}
		for _, prefix := range s.prefixes(file, statement) {
			base := join(prefix, base)
			if len(statement.Names) == 0 {
				imports = append(imports, enclosing(base))
			}
			for _, name := range statement.Names {
				imports = append(imports, enclosing(join(base, name)))
			}
		}
	}
	return imports
}

// prefixes returns what may stand before an import's name to make it relative to the
// repository's root: nothing, and for test code the folder that pytest itself puts
// on sys.path, the first above the file that is no package.
// https://docs.pytest.org/en/stable/explanation/pythonpath.html
func (s *survey) prefixes(file string, statement pyscan.Import) []string {
	result := []string{""}
	f := s.folders[plan.PackageOf(file)]
	if statement.Level > 0 || !(path.Base(file) == "conftest.py" || f.settings.isTest(path.Base(file))) {
		return result
	}
	for _, rel := range parents(f.rel) {
		if above := s.folders[rel]; above == nil || !above.has("__init__.py") {
			if rel != "" {
				result = append(result, strings.ReplaceAll(rel, "/", "."))
			}
			break
		}
	}
	return result
}

// absolute returns the module that a statement of file names, relative imports
// resolved; false when it leads out of the repository.
func absolute(file string, statement pyscan.Import) (string, bool) {
	if statement.Level == 0 {
		return statement.Module, true
	}
	folder := plan.PackageOf(file)
	for range statement.Level - 1 {
		if folder == "" {
			return "", false
		}
		folder = plan.PackageOf(folder)
	}
	return join(strings.ReplaceAll(folder, "/", "."), statement.Module), true
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
