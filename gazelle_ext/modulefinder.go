package gazelle_ext

import (
	"path"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// A moduleFinder tells the scanner which file an import runs.
type moduleFinder struct {
	survey *survey
	// searchPaths are by folder, as far as they were asked for.
	searchPaths map[string][]string
}

// Module implements pyscan.Finder.
func (m moduleFinder) Module(from string, dots int, name string) (string, bool) {
	folder := plan.PackageOf(from)
	if dots > 0 {
		module, ok := m.survey.absolute(from, pyscan.Import{Module: name, Level: dots})
		if !ok {
			return "", false
		}
		return m.survey.fileOfModule(folder, module)
	}
	if _, known := m.searchPaths[folder]; !known {
		m.searchPaths[folder] = m.survey.searchPath(from)
	}
	for _, prefix := range m.searchPaths[folder] {
		if file, ok := m.survey.fileOfModule(folder, join(prefix, name)); ok {
			return file, true
		}
	}
	return "", false
}

// Conftests implements pyscan.Finder.
func (m moduleFinder) Conftests(file string) []string {
	var conftests []string
	for _, rel := range parents(plan.PackageOf(file)) {
		if f := m.survey.folders[rel]; f != nil && f.conftest {
			conftests = append(conftests, path.Join(rel, "conftest.py"))
		}
	}
	return conftests
}

// Plugins implements pyscan.Finder.
func (m moduleFinder) Plugins(file string) []string {
	s := m.survey
	folder := s.folders[plan.PackageOf(file)]
	if folder == nil {
		return nil
	}
	names := folder.settings.pytest.Plugins()
	names = append(names, s.ownPlugins(file)...)
	var files []string
	for _, name := range names {
		if plugin, ok := m.Module(file, 0, name); ok {
			files = append(files, plugin)
		}
	}
	return files
}
