package gazelle_ext

import (
	"maps"
	"path"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyproject"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// metadataModules are those by which a program asks for the metadata of distributions.
var metadataModules = set("importlib.metadata", "importlib_metadata", "pkg_resources")

// readProjects notes the projects whose distribution's metadata can be made.
func (s *survey) readProjects() {
	s.metadata = map[string]pyproject.Project{}
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		if !f.isProject() || !f.managed || f.inProject() || !librariesWanted(f) || isTestData(rel) {
			continue
		}
		if project, _ := pyproject.Read(s.filesIn(f)); project.Distribution {
			s.metadata[rel] = project
		}
	}
}

// planMetadata keeps the projects whose distribution's metadata is made: those with a file
// that may ask for it, and those with plugins of pytest, which finds them by it.
func (s *survey) planMetadata() {
	asked := map[string]bool{}
	for file, module := range s.modules {
		if asksForMetadata(module) {
			asked[s.distributionOf(file)] = true
		}
	}
	maps.DeleteFunc(s.metadata, func(rel string, project pyproject.Project) bool {
		return !asked[rel] && len(project.Plugins) == 0
	})
}

// noDistribution stands for the folder of a distribution that there is not.
const noDistribution = "//"

// distributionOf returns the folder of the distribution that a file belongs to, if its
// metadata is made.
func (s *survey) distributionOf(file string) string {
	for _, above := range parents(plan.PackageOf(file)) {
		if _, ok := s.metadata[above]; ok {
			return above
		}
	}
	return noDistribution
}

func asksForMetadata(module *pyscan.File) bool {
	return slices.ContainsFunc(module.Imports, func(statement pyscan.Import) bool {
		if metadataModules[statement.Module] || metadataModules[topLevel(statement.Module)] {
			return true
		}
		return statement.Module == "importlib" && slices.Contains(statement.Names, "metadata")
	})
}

// addMetadata adds the metadata that a file may ask for.
func (i *imports) addMetadata(s *survey, file string) {
	if module := s.modules[file]; module != nil && asksForMetadata(module) {
		i.addDistribution(s.distributionOf(file))
	}
}

// ownPlugins returns the plugins of pytest that are in the distribution of a test file: where
// it is installed, pytest imports them. None, if a conftest.py or the configuration names one
// as well, which it would import twice.
func (s *survey) ownPlugins(file string) []string {
	plugins := s.metadata[s.distributionOf(file)].Plugins
	if slices.ContainsFunc(plugins, func(plugin string) bool { return s.isNamedPlugin(file, plugin) }) {
		return nil
	}
	return plugins
}

// addPlugins adds the plugins of a test file's own distribution.
func (i *imports) addPlugins(s *survey, file string) {
	plugins := s.ownPlugins(file)
	if len(plugins) == 0 {
		return
	}
	i.addDistribution(s.distributionOf(file))
	for _, plugin := range plugins {
		i.modules = append(i.modules, wantedModule{written: plugin, module: plugin, full: plugin, names: enclosing(plugin), file: file, line: 1, optional: true})
	}
}

// isNamedPlugin says whether pytest imports a plugin for a test file by its module's name.
func (s *survey) isNamedPlugin(file, plugin string) bool {
	folder := plan.PackageOf(file)
	if slices.Contains(s.folders[folder].settings.pytest.Flags("-p"), plugin) {
		return true
	}
	for _, above := range parents(folder) {
		module := s.modules[path.Join(above, "conftest.py")]
		if module != nil && slices.ContainsFunc(module.Imports, func(statement pyscan.Import) bool {
			return statement.Module == plugin && statement.Level == 0 && statement.Guarded
		}) {
			return true
		}
	}
	return false
}

func (i *imports) addDistribution(folder string) {
	if folder != noDistribution && !slices.Contains(i.distributions, folder) {
		i.distributions = append(i.distributions, folder)
	}
}

// metadataRule makes the rule of the folder's distribution.
func (g *generator) metadataRule() {
	if _, ok := g.survey.metadata[g.folder.rel]; !ok {
		return
	}
	r := rule.NewRule(metadataKind, metadataName)
	r.SetAttr("srcs", slices.DeleteFunc(slices.Clone(pyproject.Files), func(name string) bool { return !g.folder.has(name) }))
	r.SetAttr("visibility", []string{"//:__subpackages__"})
	g.add(r, nil)
}

func (d *dependencies) addDistributions(folders []string) {
	for _, folder := range folders {
		d.addLabel(label.New(d.from.Repo, folder, metadataName), origin{path.Join(folder, pyproject.Files[0]), 1})
	}
}
