package gazelle_ext

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/repo"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// importLanguage is under which rules_python's extension indexes modules; ours are
// found under it as well, and `# gazelle:resolve py ...` directives count.
const importLanguage = "py"

// imports is what a rule's deps are made from.
type imports struct {
	modules []wantedModule
	// conftests are the folders whose conftest library is a dependency.
	conftests []string
	// external are labels of other repositories that the BUILD file has.
	external []string
	included []includedLabel
	plugins  []requiredPlugin
	// distributions are the folders of those whose metadata is a dependency.
	distributions []string
	// kept are dependencies that the BUILD file has and that stay.
	kept []string
	// like are targets whose dependencies are dependencies here, too.
	like []*base
}

// add adds what a file imports.
func (i *imports) add(s *survey, file string) {
	if s.modules[file] != nil {
		i.modules = append(i.modules, s.importsOf(file).wanted...)
		i.included = append(i.included, s.includedIn(file)...)
		i.addMetadata(s, file)
	}
}

// addPackage adds the package in a folder, for its __init__.py.
func (i *imports) addPackage(s *survey, folder, importer string) {
	name := s.moduleOf(path.Join(folder, "__init__.py"))
	i.modules = append(i.modules, wantedModule{written: name, names: []string{name}, file: importer, line: 1, optional: true})
}

func (s *survey) importsOfLibrary(l *library) *imports {
	result := &imports{}
	for _, file := range l.files() {
		result.add(s, file)
	}
	for _, folder := range l.packages {
		result.addPackage(s, folder, l.files()[0])
	}
	return result
}

// importsOfTest returns what a test target needs: what its files import, every
// conftest.py that pytest loads for them, and the __init__.py of the packages they are
// in, by which pytest names their modules.
func (s *survey) importsOfTest(t plan.Target) *imports {
	result := &imports{}
	folders := map[string]bool{}
	for _, file := range t.Files {
		result.add(s, file)
		result.addPlugins(s, file)
		result.add(s, examplesOf(file))
		for _, rel := range parents(plan.PackageOf(file)) {
			folders[rel] = true
		}
		// Importing a.b.c runs a/__init__.py and a/b/__init__.py too. Tests are
		// nobody's dependency, so this makes no cycles.
		for _, folder := range s.packagesAbove(s.importsOf(file).providers) {
			result.addPackage(s, folder, file)
		}
	}
	result.addConfigured(s, t.Root)
	for rel := range folders {
		f := s.folders[rel]
		if f.has("conftest.py") {
			result.conftests = append(result.conftests, rel)
		}
		if f.has("__init__.py") && rel != "" {
			result.addPackage(s, rel, t.Files[0])
		}
	}
	return result
}

// Imports returns the modules that a library provides.
func (x *xdist) Imports(_ *config.Config, r *rule.Rule, f *rule.File) []resolve.ImportSpec {
	if r.Kind() != libraryKind {
		return nil
	}
	specs := []resolve.ImportSpec{}
	add := func(file string) {
		for _, name := range x.survey.namesOf(file, f.Pkg, r.AttrStrings("imports")) {
			specs = append(specs, resolve.ImportSpec{Lang: importLanguage, Imp: name})
		}
	}
	for _, forwarded := range x.survey.forwardsIn[f.Pkg] {
		if forwarded.name == r.Name() {
			for _, file := range forwarded.files {
				add(file)
			}
		}
	}
	srcs := r.AttrStrings("srcs")
	if glob, ok := rule.ParseGlobExpr(r.Attr("srcs")); ok {
		srcs = x.survey.globbed(f.Pkg, glob)
	}
	for _, src := range srcs {
		// Those of other packages are found by the forwards there.
		if path.Ext(src) == ".py" && !strings.HasPrefix(src, "//") {
			add(path.Join(f.Pkg, src))
		}
	}
	return specs
}

// namesOf returns the names by which a file is imported: the one below its Python root,
// and those below the folders in its library's imports attribute.
func (s *survey) namesOf(file, pkg string, paths []string) []string {
	names := []string{s.moduleOf(file)}
	for _, p := range paths {
		root := path.Join(pkg, p)
		name, ok := strings.CutPrefix(strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__"), root+"/")
		if name = dotted("", name); ok && name != names[0] {
			names = append(names, name)
		}
	}
	return names
}

// globbed returns the Python files of the package rel that a glob matches.
func (s *survey) globbed(rel string, glob rule.GlobValue) []string {
	var matched []string
	prefix := ""
	if rel != "" {
		prefix = rel + "/"
	}
	for file := range s.modules {
		name, ok := strings.CutPrefix(file, prefix)
		if ok && matchesGlob(glob, name) && s.packageOf(file) == rel {
			matched = append(matched, name)
		}
	}
	slices.Sort(matched)
	return matched
}

func matchesGlob(glob rule.GlobValue, name string) bool {
	matches := func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, name) }
	return slices.ContainsFunc(glob.Patterns, matches) && !slices.ContainsFunc(glob.Excludes, matches)
}

// Embeds: nothing here embeds another rule.
func (*xdist) Embeds(*rule.Rule, label.Label) []label.Label { return nil }

// Resolve sets deps.
func (x *xdist) Resolve(c *config.Config, index *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, raw any, from label.Label) {
	wanted, _ := raw.(*imports)
	if wanted == nil {
		return
	}
	d := &dependencies{survey: x.survey, config: c, index: index, from: from, report: &x.report, unresolved: x.unresolved, labels: map[string]origin{}}
	d.add(wanted)
	if r.Kind() == libraryKind {
		x.cycles.add(from, d.own)
		d.leaveOut(x.leftOut[from.String()])
	}
	for _, b := range wanted.like {
		for _, l := range b.deps(from) {
			d.addLabel(l, origin{})
		}
	}
	for _, attr := range []string{elsewhereAttr, markersAttr} {
		if dict, ok := r.Attr(attr).(*build.DictExpr); ok && len(dict.List) == 0 {
			// It has removed the attribute from the BUILD file by now; Gazelle's second
			// merge, after Resolve, would write it anew.
			r.DelAttr(attr)
		}
	}
	r.DelAttr("deps")
	if len(d.labels) > 0 {
		r.SetAttr("deps", slices.Sorted(maps.Keys(d.labels)))
	}
}

// isSame compares labels of which the first may leave out the repository.
func isSame(l, from label.Label) bool {
	if l.Repo == "" {
		l.Repo = from.Repo
	}
	return l.Abs(from.Repo, from.Pkg).Equal(from)
}
