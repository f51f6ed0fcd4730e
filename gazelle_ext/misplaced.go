package gazelle_ext

import (
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// misplaced is a file of the repository that an import may mean, but that no Python root
// makes importable by that name.
type misplaced struct {
	file, root string
}

// misplacedFor returns the file that an import may mean though nothing provides it, and
// false if there is none. Other people's packages have such names, too; so the file counts
// only where its folder looks like one to be put on sys.path: it is no package itself, the
// repository does not import the file by another name, and it is not among the data of
// tests, unless they import it, or copies of other people's code.
func (s *survey) misplacedFor(m wantedModule) (misplaced, bool) {
	if strings.HasPrefix(m.written, ".") {
		return misplaced{}, false
	}
	var all []misplaced
	for _, root := range s.holdersOf(topLevel(m.module)) {
		file, ok := s.fileBelow(root, m.module)
		if !ok {
			file, ok = s.fileBelow(root, m.full) // from shop import cart, of a folder without an __init__.py
		}
		if ok && root != s.rootOf(root) && !s.folders[root].has("__init__.py") && !s.importedNames()[s.moduleOf(file)] && s.mayMean(m.file, root) {
			all = append(all, misplaced{file, root})
		}
	}
	if len(all) == 0 {
		return misplaced{}, false
	}
	return preferred(s, plan.PackageOf(m.file), all, func(one misplaced) string { return one.root })[0], true
}

// mayMean says whether a file may import modules of a folder that is no root yet.
func (s *survey) mayMean(importer, root string) bool {
	for _, above := range parents(root) {
		if isTestData(path.Base(above)) && above != "" {
			return plan.Within(importer, above)
		}
	}
	return true
}

// fileBelow returns the file that is a module, relative to a folder. A package of nothing
// but tests is often called as what they test, and is none.
func (s *survey) fileBelow(root, module string) (string, bool) {
	name := path.Join(root, strings.ReplaceAll(module, ".", "/"))
	if s.modules[name+".py"] != nil && !s.isTestFile(name+".py") {
		return name + ".py", true
	}
	f := s.folders[name]
	if f == nil || !f.has("__init__.py") || len(f.sources) == 1 && len(f.tests) > 0 {
		return "", false
	}
	return path.Join(name, "__init__.py"), true
}

// holdersOf returns the folders, sorted, in which there is a module or a folder with
// modules of a name.
func (s *survey) holdersOf(name string) []string {
	if s.holdersByName == nil {
		s.holdersByName = map[string][]string{}
		seen := map[string]bool{}
		for file := range s.modules {
			for at := strings.TrimSuffix(file, ".py"); at != "" && !seen[at]; at = plan.PackageOf(at) {
				seen[at] = true
				s.holdersByName[path.Base(at)] = append(s.holdersByName[path.Base(at)], plan.PackageOf(at))
			}
		}
		for _, holders := range s.holdersByName {
			slices.Sort(holders)
		}
	}
	return s.holdersByName[name]
}

// importedNames are the modules that the repository's files import by absolute names, and
// the packages above them.
func (s *survey) importedNames() map[string]bool {
	if s.absoluteNames == nil {
		s.absoluteNames = map[string]bool{}
		for _, module := range s.modules {
			for _, statement := range module.Imports {
				if statement.Level > 0 {
					continue
				}
				for _, name := range enclosing(statement.Module) {
					s.absoluteNames[name] = true
				}
			}
		}
	}
	return s.absoluteNames
}
