package gazelle_ext

import (
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
	// modules are module names, for each import the most specific first; the first
	// one that some library provides counts.
	modules [][]string
	// conftests are the folders whose conftest library is a dependency.
	conftests []string
	// external are labels of other repositories.
	external []string
	// like are targets whose dependencies are dependencies here, too.
	like []*base
}

func (s *survey) importsOfLibrary(rel string, srcs []string) *imports {
	result := &imports{}
	for _, src := range srcs {
		file := path.Join(rel, src)
		if module := s.modules[file]; module != nil {
			result.modules = append(result.modules, s.importsOf(file, module)...)
		}
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
		for _, names := range s.importsOf(file, s.modules[file]) {
			result.modules = append(result.modules, names)
			// Importing a.b.c runs a/__init__.py and a/b/__init__.py too. Tests are
			// nobody's dependency, so this makes no cycles.
			result.modules = append(result.modules, s.packagesAbove(names)...)
		}
		for _, rel := range parents(plan.PackageOf(file)) {
			folders[rel] = true
		}
	}
	for rel := range folders {
		f := s.folders[rel]
		if f.conftest {
			result.conftests = append(result.conftests, rel)
		}
		if f.has("__init__.py") && rel != "" {
			result.modules = append(result.modules, []string{strings.ReplaceAll(rel, "/", ".")})
		}
	}
	return result
}

// packagesAbove returns those of the names that are packages with an __init__.py here.
func (s *survey) packagesAbove(names []string) [][]string {
	var result [][]string
	for _, name := range names {
		if f := s.folders[strings.ReplaceAll(name, ".", "/")]; f != nil && f.has("__init__.py") {
			result = append(result, []string{name})
		}
	}
	return result
}

// Imports returns the modules that a library provides.
func (x *xdist) Imports(_ *config.Config, r *rule.Rule, f *rule.File) []resolve.ImportSpec {
	if r.Kind() != libraryKind {
		return nil
	}
	srcs := r.AttrStrings("srcs")
	if glob, ok := rule.ParseGlobExpr(r.Attr("srcs")); ok {
		srcs = x.survey.globbed(f.Pkg, glob)
	}
	specs := []resolve.ImportSpec{}
	for _, src := range srcs {
		if path.Ext(src) == ".py" {
			specs = append(specs, resolve.ImportSpec{Lang: importLanguage, Imp: moduleOf(path.Join(f.Pkg, src))})
		}
	}
	return specs
}

// globbed returns the Python files of the package rel that a glob matches.
func (s *survey) globbed(rel string, glob rule.GlobValue) []string {
	var matched []string
	prefix := ""
	if rel != "" {
		prefix = rel + "/"
	}
	matches := func(name string) func(string) bool {
		return func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, name) }
	}
	for file := range s.modules {
		name, ok := strings.CutPrefix(file, prefix)
		if ok && slices.ContainsFunc(glob.Patterns, matches(name)) && !slices.ContainsFunc(glob.Excludes, matches(name)) {
			matched = append(matched, name)
		}
	}
	return matched
}

// Embeds: nothing here embeds another rule.
func (*xdist) Embeds(*rule.Rule, label.Label) []label.Label { return nil }

// Resolve sets deps. An import that nothing in the repository provides is the
// standard library's, or installed beside pytest.
func (x *xdist) Resolve(c *config.Config, index *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, raw any, from label.Label) {
	wanted, _ := raw.(*imports)
	if wanted == nil {
		return
	}
	deps := map[string]bool{}
	for _, dep := range wanted.external {
		deps[dep] = true
	}
	for _, b := range wanted.like {
		for _, l := range b.deps(from) {
			deps[l.Rel(from.Repo, from.Pkg).String()] = true
		}
	}
	for _, folder := range wanted.conftests {
		deps[label.New(from.Repo, folder, "conftest").Rel(from.Repo, from.Pkg).String()] = true
	}
	for _, names := range wanted.modules {
		if l, ok := provider(c, index, names); ok && !isSame(l, from) {
			deps[l.Rel(from.Repo, from.Pkg).String()] = true
		}
	}
	if dict, ok := r.Attr(elsewhereAttr).(*build.DictExpr); ok && len(dict.List) == 0 {
		// It has removed the attribute from the BUILD file by now; Gazelle's second
		// merge, after Resolve, would write it anew.
		r.DelAttr(elsewhereAttr)
	}
	r.DelAttr("deps")
	if len(deps) > 0 {
		sorted := make([]string, 0, len(deps))
		for dep := range deps {
			sorted = append(sorted, dep)
		}
		slices.Sort(sorted)
		r.SetAttr("deps", sorted)
	}
}

// isSame compares labels of which the first may leave out the repository.
func isSame(l, from label.Label) bool {
	if l.Repo == "" {
		l.Repo = from.Repo
	}
	return l.Abs(from.Repo, from.Pkg).Equal(from)
}

// provider returns the library that provides the first of the modules that any does:
// a resolve directive's, else one of rules_python's or ours.
func provider(c *config.Config, index *resolve.RuleIndex, names []string) (label.Label, bool) {
	for _, name := range names {
		spec := resolve.ImportSpec{Lang: importLanguage, Imp: name}
		if l, ok := resolve.FindRuleWithOverride(c, spec, importLanguage); ok {
			return l, true
		}
		found := slices.Concat(
			index.FindRulesByImportWithConfig(c, spec, importLanguage),
			index.FindRulesByImportWithConfig(c, spec, languageName))
		slices.SortFunc(found, func(a, b resolve.FindResult) int {
			return strings.Compare(a.Label.String(), b.Label.String())
		})
		if len(found) > 0 {
			return found[0].Label, true
		}
	}
	return label.NoLabel, false
}
