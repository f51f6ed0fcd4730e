package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
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
	}
	if x.survey.inCensus(f) {
		g.packageOfCensus()
		if f.rel == "" {
			g.census()
		}
	}
	g.removeStale()
	x.report.add(g.takenNames(args)...)
	return g.result
}

// takenNames returns an error for each rule that would not be written, since its name
// is another language's rule's or that of a rule of another kind in the BUILD file.
func (g *generator) takenNames(args language.GenerateArgs) []error {
	const wayOut = "remove or rename one of the two, or keep this extension out of the folder by # gazelle:xdist_extension disabled"
	var errs []error
	for _, other := range args.OtherGen {
		if g.generates(other.Name()) {
			errs = append(errs, fmt.Errorf("%s: target name %q: a %s of this name is generated here too; %s", path.Join(g.folder.rel, "BUILD.bazel"), other.Name(), other.Kind(), wayOut))
		}
	}
	for _, r := range g.result.Gen {
		existing := g.existing(r.Name())
		if existing == nil {
			continue
		}
		kind := mappedKind(args.Config, r.Kind())
		if existing.Kind() == kind || existing.Kind() == r.Kind() || args.Config.AliasMap[existing.Kind()] == kind {
			continue
		}
		start, _ := existing.Attr("name").Span()
		errs = append(errs, fmt.Errorf("%s:%d: target name %q: this is a %s, and a %s is to be made here; %s", path.Join(g.folder.rel, path.Base(g.folder.build.Path)), start.Line, r.Name(), existing.Kind(), kind, wayOut))
	}
	return errs
}

// mappedKind returns the kind that Gazelle writes for kind.
func mappedKind(c *config.Config, kind string) string {
	for range len(c.KindMap) {
		mapped, ok := c.KindMap[kind]
		if !ok {
			break
		}
		kind = mapped.KindName
	}
	return kind
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
	if t.Dist != model.LoadGroup {
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

// inCensus says whether the census is told of the folder's package: of the root, and
// of each one with Python, where test files are to be expected.
func (s *survey) inCensus(f *folder) bool {
	if !f.settings.enabled || !s.isPackage(f) || len(s.targets) == 0 {
		return false
	}
	return f.rel == "" || len(f.python()) > 0 || len(s.targets[f.rel]) > 0
}

// packageOfCensus tells the census of this package's test files and targets.
func (g *generator) packageOfCensus() {
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
		if g.survey.inCensus(f) {
			packages = append(packages, "//"+rel+":"+packageName)
		}
	}
	slices.Sort(packages)
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
		case pyLibrary:
			if srcs := r.AttrStrings("srcs"); len(srcs) > 0 && !slices.ContainsFunc(srcs, g.folder.has) {
				g.result.Empty = append(g.result.Empty, rule.NewRule(libraryKind, r.Name()))
			}
		}
	}
}

func (g *generator) generates(name string) bool {
	return slices.ContainsFunc(g.result.Gen, func(r *rule.Rule) bool { return r.Name() == name })
}

// existing returns the rule of that name in the BUILD file, nil if there is none.
func (g *generator) existing(name string) *rule.Rule {
	if g.folder.build == nil {
		return nil
	}
	for _, r := range g.folder.build.Rules {
		if r.Name() == name {
			return r
		}
	}
	return nil
}

func (g *generator) existingAttr(name, attr string) build.Expr {
	if r := g.existing(name); r != nil {
		return r.Attr(attr)
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
