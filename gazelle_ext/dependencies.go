package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/resolve"
)

// origin is the import that a dependency comes from.
type origin struct {
	file string
	line int
}

// dependencies are those of one rule, as far as they are found.
type dependencies struct {
	survey *survey
	config *config.Config
	index  *resolve.RuleIndex
	from   label.Label
	report *report
	// unresolved are the imports that nothing provides, of all rules.
	unresolved unresolved

	// labels are as the rule's package writes them.
	labels map[string]origin
	// own are those in this repository, by absolute label.
	own map[string]origin
}

func (d *dependencies) add(wanted *imports) {
	for _, folder := range wanted.conftests {
		file := path.Join(folder, "conftest.py")
		l, ok := d.conftest(folder)
		if !ok {
			d.report.warn(fmt.Errorf("%s:1: no py_library has this file, so the tests below run without it; make one named conftest", file))
			continue
		}
		d.addLabel(l, origin{file, 1})
	}
	for _, included := range wanted.included {
		l, err := label.Parse(included.label)
		if err != nil {
			d.report.add(fmt.Errorf("%s:%d: # gazelle:include_dep: %q is no label: %w; write one such as //pkg:name", included.file, included.line, included.label, err))
			continue
		}
		d.addLabel(l, origin{included.file, included.line})
	}
	for _, m := range wanted.modules {
		d.addModule(m)
	}
	d.addDistributions(wanted.distributions)
	for _, plugin := range wanted.plugins {
		d.addPlugin(plugin)
	}
	for _, dep := range wanted.kept {
		if l, err := label.Parse(dep); err == nil {
			d.addLabel(l, origin{})
		}
	}
	for _, dep := range wanted.external {
		// What a manifest provides would have been found, if it were still imported.
		if l, err := label.Parse(dep); err != nil || !d.thirdParty().knows(l) {
			d.labels[dep] = origin{}
		}
	}
}

func (d *dependencies) addLabel(l label.Label, from origin) {
	if isSame(l, d.from) {
		return
	}
	l = l.Abs(d.from.Repo, d.from.Pkg)
	if l.Repo == "" || l.Repo == d.from.Repo {
		l.Repo = d.from.Repo
		if d.own == nil {
			d.own = map[string]origin{}
		}
		if _, known := d.own[l.String()]; !known {
			d.own[l.String()] = from
		}
	}
	d.labels[l.Rel(d.from.Repo, d.from.Pkg).String()] = from
}

// leaveOut takes out dependencies by their absolute labels.
func (d *dependencies) leaveOut(labels []string) {
	for _, absolute := range labels {
		if l, err := label.Parse(absolute); err == nil {
			delete(d.labels, l.Rel(d.from.Repo, d.from.Pkg).String())
		}
	}
}

// addModule adds what provides a module: as rules_python's extension, for a.b.c, a.b and
// a in turn, what a resolve directive says, the manifest's distribution, a library of the
// repository, or for a the standard library, which needs no dependency.
func (d *dependencies) addModule(m wantedModule) {
	at := origin{m.file, m.line}
	for _, name := range m.names {
		if l, ok := d.override(name); ok {
			d.addLabel(l, at)
			return
		}
		if l, ok := d.thirdParty().provider(name); ok {
			d.addLabel(l, at)
			return
		}
		switch found := d.libraries(name); {
		case slices.ContainsFunc(found, func(l label.Label) bool { return isSame(l, d.from) || d.survey.passesOn(l, d.from) }):
			return
		case len(found) > 1:
			d.report.add(fmt.Errorf("%s:%d: import %q: %s all provide %s; write # gazelle:resolve py %s LABEL, with one of them, in a BUILD file, or remove the file from the others", m.file, m.line, m.written, listOf(found), name, name))
			return
		case len(found) == 1:
			d.addLabel(found[0], at)
			return
		}
		if d.survey.stdlib[name] {
			return
		}
	}
	d.addUnresolved(m)
}

// addUnresolved notes an import that nothing provides, if that is wrong: where a manifest
// has all third-party modules, or where the repository has a module that may be meant.
func (d *dependencies) addUnresolved(m wantedModule) {
	if d.survey.isNamespace(m) {
		return
	}
	missed := unresolvedImport{wantedModule: m}
	if d.validates() && !m.optional {
		missed.manifest = manifestFile
		if inForce := d.thirdParty().manifests; len(inForce) > 0 {
			missed.manifest = inForce[0].file
		}
	}
	found, ok := d.survey.misplacedFor(m)
	if missed.found, missed.root = found.file, found.root; ok || missed.manifest != "" {
		d.unresolved.add(missed)
	}
}

func (d *dependencies) thirdParty() *thirdParty { return d.survey.thirdPartyIn(d.from.Pkg) }

func (d *dependencies) override(module string) (label.Label, bool) {
	return resolve.FindRuleWithOverride(d.config, resolve.ImportSpec{Lang: importLanguage, Imp: module}, importLanguage)
}

// libraries returns the libraries that provide a module, sorted: rules_python's and ours.
// If several do, those count that are preferred by their Python root.
func (d *dependencies) libraries(module string) []label.Label {
	spec := resolve.ImportSpec{Lang: importLanguage, Imp: module}
	var all []label.Label
	for _, found := range slices.Concat(
		d.index.FindRulesByImportWithConfig(d.config, spec, importLanguage),
		d.index.FindRulesByImportWithConfig(d.config, spec, languageName),
	) {
		all = append(all, found.Label)
	}
	if len(all) == 0 {
		all = d.planned(module)
	}
	all = preferred(d.survey, d.from.Pkg, all, func(l label.Label) string { return d.survey.rootOf(l.Pkg) })
	slices.SortFunc(all, func(a, b label.Label) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(all)
}

// planned returns the generated libraries that provide a module: Gazelle's index has not
// all of them where it was asked for an update of some folders only, with -index=lazy or
// none.
func (d *dependencies) planned(module string) []label.Label {
	var labels []label.Label
	for _, file := range d.survey.byModule[module] {
		if l, ok := d.survey.labelOf(d.from.Repo, file); ok {
			labels = append(labels, l)
		}
	}
	return labels
}

// conftest returns the library with a folder's conftest.py, whoever makes it.
func (d *dependencies) conftest(folder string) (label.Label, bool) {
	s, file := d.survey, path.Join(folder, "conftest.py")
	if l, ok := s.labelOf(d.from.Repo, file); ok {
		return l, true
	}
	pkg := s.packageOf(file)
	for _, l := range d.libraries(s.moduleOf(file)) {
		if l.Pkg == pkg {
			return l, true
		}
	}
	if f := s.folders[pkg].build; f != nil {
		for _, r := range f.Rules {
			if r.Name() == "conftest" {
				return label.New(d.from.Repo, pkg, r.Name()), true
			}
		}
	}
	return label.NoLabel, false
}

// validates says whether an import that nothing provides is an error. Where there is no
// manifest, third-party packages are the interpreter's, of which nothing is known.
func (d *dependencies) validates() bool {
	if validate := d.survey.folders[d.from.Pkg].settings.validate; validate != nil {
		return *validate
	}
	return len(d.thirdParty().manifests) > 0
}

// isNamespace says whether a module is a folder without an __init__.py, of which there is
// nothing to depend on.
func (s *survey) isNamespace(m wantedModule) bool {
	for _, name := range m.names {
		if name != m.full && !strings.HasSuffix(name, "."+m.full) {
			continue
		}
		for _, root := range s.roots() {
			folder := s.folders[path.Join(root, strings.ReplaceAll(name, ".", "/"))]
			if folder != nil && folder.rel != "" && !folder.has("__init__.py") {
				return true
			}
		}
	}
	return false
}

func listOf(labels []label.Label) string {
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = l.String()
	}
	return strings.Join(names, ", ")
}
