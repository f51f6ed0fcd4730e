package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// generator renders what the survey decided for one folder.
type generator struct {
	survey *survey
	folder *folder
	result language.GenerateResult
}

// GenerateRules renders the rules of one folder; everything was decided before.
func (x *xdist) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	f := x.survey.folders[args.Rel]
	if f == nil || !f.settings.enabled {
		return language.GenerateResult{}
	}
	g := &generator{survey: x.survey, folder: f}
	if x.survey.isPackage(f) {
		g.libraries()
		g.tests()
		g.packageOfCensus()
	}
	if f.rel == "" {
		g.census()
	}
	g.removeStale()
	x.report.add(g.takenNames(args.OtherGen)...)
	return g.result
}

// takenNames returns an error for each rule that has the name of one of another
// language's: Gazelle would write only one of them.
func (g *generator) takenNames(others []*rule.Rule) []error {
	var errs []error
	for _, other := range others {
		if g.generates(other.Name()) {
			errs = append(errs, fmt.Errorf("%s: target name %q: a %s of this name is generated here too; rename the folder or the file, or keep this extension out of the folder by # gazelle:xdist_extension disabled", path.Join(g.folder.rel, "BUILD.bazel"), other.Name(), other.Kind()))
		}
	}
	return errs
}

// add adds a rule; imports is what Resolve makes its deps from, nil where it has none.
func (g *generator) add(r *rule.Rule, imports *imports) {
	g.result.Gen = append(g.result.Gen, r)
	g.result.Imports = append(g.result.Imports, imports)
}

func (g *generator) libraries() {
	for _, l := range g.survey.libraries(g.folder) {
		r := rule.NewRule(libraryKind, l.name)
		r.SetAttr("srcs", l.srcs)
		if l.testonly {
			r.SetAttr("testonly", true)
		}
		r.SetAttr("visibility", []string{"//:__subpackages__"})
		g.add(r, g.survey.importsOfLibrary(g.folder.rel, l.srcs))
	}
}

func (g *generator) tests() {
	for _, t := range g.survey.targets[g.folder.rel] {
		g.add(g.test(t), g.survey.importsOfTest(t))
	}
}

// test renders a test target; attributes at their defaults are left out.
func (g *generator) test(t plan.Target) *rule.Rule {
	r := rule.NewRule(testKind, t.Name)
	r.SetAttr("srcs", g.labels(t.Files))
	if config := g.survey.config; config != "" {
		r.SetAttr("config", g.label(config))
	}
	if t.Dist != plan.LoadGroup {
		r.SetAttr("dist", t.Dist)
	}
	if !slices.Equal(t.Runs, []model.Part{model.Rest}) {
		r.SetAttr("runs", partNames(t.Runs))
	}
	if elsewhere := g.elsewhere(t); len(elsewhere) > 0 || g.existingAttr(t.Name, elsewhereAttr) != nil {
		r.SetAttr(elsewhereAttr, elsewhere)
	}
	if shards := plan.Shards(t, g.folder.settings.shards, g.presentShards(t.Name)); shards > 1 {
		r.SetAttr("shard_count", shards)
	}
	return r
}

func (g *generator) elsewhere(t plan.Target) labelLists {
	lists := labelLists{}
	for part, files := range t.Elsewhere {
		lists[string(part)] = g.labels(files)
	}
	return lists
}

// packageOfCensus tells the census of this package's test files and targets. A
// package without Python needs none.
func (g *generator) packageOfCensus() {
	if len(g.folder.python()) == 0 && len(g.survey.targets[g.folder.rel]) == 0 && g.folder.rel != "" {
		return
	}
	r := rule.NewRule(packageKind, packageName)
	var tests, shared []string
	for _, t := range g.survey.targets[g.folder.rel] {
		tests = append(tests, ":"+t.Name)
	}
	for file := range g.survey.exported {
		if folderOf(file) == g.folder.rel {
			shared = append(shared, path.Base(file))
		}
	}
	slices.Sort(shared)
	setList(r, "tests", tests)
	setList(r, "shared", shared)
	setList(r, "exclude", g.survey.excludedBelow(g.folder.rel))
	if patterns := g.folder.settings.testPatterns; !slices.Equal(patterns, defaultSettings().testPatterns) {
		setList(r, "patterns", patterns)
	}
	g.add(r, nil)
}

// census is made in the root, for all packages.
func (g *generator) census() {
	var packages []string
	for rel, f := range g.survey.folders {
		if f.settings.enabled && g.survey.isPackage(f) && (rel == "" || len(f.python()) > 0 || len(g.survey.targets[rel]) > 0) {
			packages = append(packages, "//"+rel+":"+packageName)
		}
	}
	slices.Sort(packages)
	if len(g.survey.targets) == 0 {
		return
	}
	r := rule.NewRule(censusKind, censusName)
	r.SetAttr("packages", packages)
	g.add(r, nil)
}

// removeStale asks Gazelle to delete rules of our kinds that nothing stands for any
// more: test targets that are not planned, libraries without sources.
func (g *generator) removeStale() {
	if g.folder.build == nil {
		return
	}
	for _, r := range g.folder.build.Rules {
		if g.generates(r.Name()) {
			continue
		}
		switch r.Kind() {
		case testKind, packageKind, censusKind:
			g.result.Empty = append(g.result.Empty, rule.NewRule(r.Kind(), r.Name()))
		case pyLibrary.KindName:
			if srcs := r.AttrStrings("srcs"); len(srcs) > 0 && !slices.ContainsFunc(srcs, g.folder.has) {
				g.result.Empty = append(g.result.Empty, rule.NewRule(libraryKind, r.Name()))
			}
		}
	}
}

func (g *generator) generates(name string) bool {
	return slices.ContainsFunc(g.result.Gen, func(r *rule.Rule) bool { return r.Name() == name })
}

func (g *generator) existingAttr(name, attr string) build.Expr {
	if g.folder.build == nil {
		return nil
	}
	for _, r := range g.folder.build.Rules {
		if r.Name() == name {
			return r.Attr(attr)
		}
	}
	return nil
}

func (g *generator) presentShards(name string) int {
	literal, ok := g.existingAttr(name, "shard_count").(*build.LiteralExpr)
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(literal.Token)
	return n
}

// label returns file as this package names it.
func (g *generator) label(file string) string {
	folder := folderOf(file)
	if folder == g.folder.rel {
		return path.Base(file)
	}
	return "//" + folder + ":" + path.Base(file)
}

func (g *generator) labels(files []string) []string {
	labels := make([]string, len(files))
	for i, file := range files {
		labels[i] = g.label(file)
	}
	return labels
}

// excludedBelow returns, as glob patterns relative to the package rel, what
// `# gazelle:exclude` takes out of it.
func (s *survey) excludedBelow(rel string) []string {
	var patterns []string
	for _, above := range parents(rel) {
		f := s.folders[above]
		if f.build == nil {
			continue
		}
		for _, d := range f.build.Directives {
			if d.Key != "exclude" {
				continue
			}
			if pattern, ok := relativePattern(above, rel, d.Value); ok {
				patterns = append(patterns, pattern, pattern+"/**")
			}
		}
	}
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// relativePattern turns a pattern relative to above into one relative to rel, a
// folder at or below it; false when it matches nothing there.
func relativePattern(above, rel, pattern string) (string, bool) {
	if above == rel || strings.HasPrefix(pattern, "**/") {
		return pattern, true
	}
	return strings.CutPrefix(path.Join(above, pattern), rel+"/")
}

func partNames(parts []model.Part) []string {
	names := make([]string, len(parts))
	for i, part := range parts {
		names[i] = string(part)
	}
	return names
}

func setList(r *rule.Rule, attr string, values []string) {
	if len(values) > 0 {
		r.SetAttr(attr, values)
	}
}
