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
	config *config.Config
	// file is the BUILD file as Gazelle will write it, nil if there is none. The survey
	// has a copy of its own, read before.
	file   *rule.File
	report *report
	result language.GenerateResult
	// written and made are the rules of file and of result, by name.
	written, made map[string]*rule.Rule
	// others are the names of the rules here that rules_python's extension has made,
	// or asked Gazelle to delete.
	others map[string]bool
}

// GenerateRules renders the rules of one folder; everything was decided before.
func (x *xdist) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	if !x.survey.hasOther && configuredByOther(args.Config) {
		x.report.stop(errWrongOrder)
		return language.GenerateResult{}
	}
	x.report.update(args.Rel)
	f := x.survey.folders[args.Rel]
	if f == nil {
		return language.GenerateResult{}
	}
	x.report.add(f.settings.wrong()...)
	if !f.managed || f.frozen() {
		return language.GenerateResult{}
	}
	g := &generator{survey: x.survey, folder: f, config: args.Config, file: args.File, report: &x.report, written: rulesOf(args.File), made: map[string]*rule.Rule{}}
	g.generate(args)
	for _, err := range g.takenNames(args) {
		g.leave(err)
	}
	g.warnOfOtherTests(&x.report)
	if f.left {
		return language.GenerateResult{}
	}
	return g.result
}

// generate makes the folder's rules, and asks Gazelle to delete those that are stale.
func (g *generator) generate(args language.GenerateArgs) {
	s, f := g.survey, g.folder
	g.goTests(args, g.report)
	switch {
	case !s.isPackage(f):
	case f.settings.beside():
		g.beside(args)
	default:
		g.nameLibraries(args)
		g.nameTargets(s.targets[f.rel], args)
		g.libraries()
		g.tests()
		g.doctestTarget()
	}
	if s.inCensus(f) || len(s.exported[f.rel]) > 0 {
		g.packageOfCensus()
		if f.isTestRoot() {
			g.census()
		}
	}
	if args.Config.IndexLazy {
		g.result.RelsToIndex = s.foldersToIndex(g.result.Imports)
	}
	g.removeStale()
	g.adoptParts()
}

// leave reports an error for which the folder's BUILD file is left as it is.
func (g *generator) leave(err error) {
	g.report.add(err)
	g.folder.left = true
}

// warnOfOtherTests tells of py_test rules with test files that have targets of ours: a
// repository that is on its way from one to the other runs these tests twice.
func (g *generator) warnOfOtherTests(report *report) {
	if g.file == nil || g.folder.settings.beside() {
		return
	}
	for _, r := range g.file.Rules {
		for _, src := range r.AttrStrings("srcs") {
			if r.Kind() == pyTest && g.ownKind(r) == "" && !g.generates(r.Name()) && slices.Contains(g.folder.tests, src) {
				report.warn(fmt.Errorf("%s: py_test %q: runs the tests of %s, as do targets that are made here; remove it, or keep the file from Gazelle by # gazelle:exclude %s", path.Join(g.folder.rel, path.Base(g.file.Path)), r.Name(), src, src))
			}
		}
	}
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
		kind := g.mappedKind(r.Kind())
		if g.ownKind(existing) == r.Kind() {
			continue
		}
		start, _ := existing.Attr("name").Span()
		errs = append(errs, fmt.Errorf("%s:%d: target name %q: this is a %s, and a %s is to be made here; %s", path.Join(g.folder.rel, path.Base(g.file.Path)), start.Line, r.Name(), existing.Kind(), kind, wayOut))
	}
	return errs
}

// mappedKind returns the kind that Gazelle writes for kind.
func (g *generator) mappedKind(kind string) string {
	for range len(g.config.KindMap) {
		mapped, ok := g.config.KindMap[kind]
		if !ok {
			break
		}
		kind = mapped.KindName
	}
	return kind
}

// ownKind returns which of the extension's kinds a rule in a BUILD file is, under
// whatever name map_kind and alias_kind give it; "" if none.
func (g *generator) ownKind(r *rule.Rule) string {
	kinds := []string{testKind, partKind, packageKind, censusKind, metadataKind, libraryKind}
	if g.folder.settings.beside() {
		kinds = []string{partKind, packageKind, censusKind}
	}
	for _, kind := range kinds {
		written := g.mappedKind(kind)
		if r.Kind() == kind || r.Kind() == written || g.config.AliasMap[r.Kind()] == written {
			return kind
		}
	}
	return ""
}

// add adds a rule; imports is what Resolve makes its deps from, nil where it has none.
func (g *generator) add(r *rule.Rule, imports *imports) {
	g.made[r.Name()] = r
	g.result.Gen = append(g.result.Gen, r)
	g.result.Imports = append(g.result.Imports, imports)
}

func (g *generator) libraries() {
	for _, l := range g.survey.libraries(g.folder) {
		r := g.libraryRule(l.name)
		if _, globs := rule.ParseGlobExpr(g.existingAttr(l.name, "srcs")); !globs {
			r.SetAttr("srcs", g.sources(l))
		} else if len(l.foreign) > 0 && !g.existing(l.name).ShouldKeep() {
			// Gazelle's merge puts nothing in a glob's place.
			g.existing(l.name).SetAttr("srcs", g.sources(l))
		}
		if l.testonly {
			r.SetAttr("testonly", true)
		}
		setList(r, "imports", g.survey.importRoots(l))
		g.setData(r, l.files(), l.testonly)
		r.SetAttr("visibility", []string{"//:__subpackages__"})
		imports := g.survey.importsOfLibrary(l)
		imports.addPresent(g.named(l.name)...)
		imports.keepUnread(g.survey, l.files(), g.named(l.name)...)
		g.add(r, imports)
	}
	g.forwards()
	g.metadataRule()
}

// sources returns the library's sources as this package, which is its own, names them.
func (g *generator) sources(l *library) []string {
	return slices.Concat(l.srcs, g.labels(l.foreign))
}

// libraryRule returns a new library of that name.
func (g *generator) libraryRule(name string) *rule.Rule {
	if existing := g.existing(name); existing != nil && existing.Kind() == pyLibrary {
		// What Gazelle does for map_kind, which mapKinds has taken over.
		existing.SetKind(g.mappedKind(libraryKind))
	}
	return rule.NewRule(libraryKind, name)
}

func (g *generator) tests() {
	for _, t := range g.survey.targets[g.folder.rel] {
		r := g.test(t)
		g.setData(r, t.Files, true)
		imports := g.survey.importsOfTest(t)
		imports.addPresent(g.named(t.Name)...)
		for _, file := range t.Files {
			imports.addPresent(g.survey.presentRules[file]...)
		}
		imports.keepUnread(g.survey, t.Files, g.named(t.Name)...)
		g.add(r, imports)
	}
}

// addPresent adds the dependencies on other repositories that rules in BUILD files have
// now: what third-party packages provide is a person's to say.
func (i *imports) addPresent(rules ...*rule.Rule) {
	for _, r := range rules {
		for _, dep := range r.AttrStrings("deps") {
			if strings.HasPrefix(dep, "@") {
				i.external = append(i.external, dep)
			}
		}
	}
}

// batchComment stands above a batch when it is made; batchMark tells it from a person's.
const batchMark = "(gazelle:xdist_batch)"

const batchComment = "# Test files too small for a pytest of their own " + batchMark + ". Regroup or rename them: Gazelle goes on from there. See docs/batches.md of rules_xdist."

// test renders a test target; attributes at their defaults are left out.
func (g *generator) test(t plan.Target) *rule.Rule {
	r := rule.NewRule(testKind, t.Name)
	r.SetAttr("srcs", g.labels(t.Files))
	if t.Batch {
		r.AddComment(batchComment)
	}
	if config := g.survey.configOf(t.Root); config != "" {
		r.SetAttr("config", g.label(config))
	}
	if t.Dist != model.LoadGroup {
		r.SetAttr("dist", t.Dist)
	}
	if !slices.Equal(t.Runs, []model.Part{model.Rest}) {
		r.SetAttr("runs", partNames(t.Runs))
	}
	g.setLists(r, elsewhereAttr, g.elsewhere(t))
	g.setLists(r, markersAttr, markerLists(t.Markers))
	shards := t.ShardCount(g.presentShards(t.Name))
	if shards > 1 {
		r.SetAttr("shard_count", shards)
	}
	if t.Weighed && !t.Unread {
		g.setWeights(r, t, shards)
	}
	return r
}

// setLists sets an attribute that maps words to lists; an empty one takes the place of
// what is in the BUILD file.
func (g *generator) setLists(r *rule.Rule, attr string, lists labelLists) {
	if len(lists) > 0 || g.existingAttr(r.Name(), attr) != nil {
		r.SetAttr(attr, lists)
	}
}

// markerLists returns the marks whose meaning is not the default one.
func markerLists(m model.Markers) labelLists {
	byDefault := model.DefaultMarkers()
	lists := labelLists{}
	for _, meaning := range []struct {
		key         string
		is, usually []string
	}{{"group", m.Group, byDefault.Group}, {"serial", m.Serial, byDefault.Serial}, {"split", m.Split, byDefault.Split}} {
		if !slices.Equal(meaning.is, meaning.usually) {
			lists[meaning.key] = meaning.is
		}
	}
	return lists
}

func (g *generator) elsewhere(t plan.Target) labelLists {
	lists := labelLists{}
	for part, files := range t.Elsewhere {
		lists[string(part)] = g.labels(files)
	}
	return lists
}

func (g *generator) generates(name string) bool { return g.made[name] != nil }

// named returns the rule of that name in the BUILD file as a list, empty if there is none.
func (g *generator) named(name string) []*rule.Rule {
	if r := g.existing(name); r != nil {
		return []*rule.Rule{r}
	}
	return nil
}

// existing returns the rule of that name in the BUILD file, nil if there is none.
func (g *generator) existing(name string) *rule.Rule { return g.written[name] }

// rulesOf returns the rules of a BUILD file, which may be nil, by name; of two with the
// same name the first.
func rulesOf(f *rule.File) map[string]*rule.Rule {
	rules := map[string]*rule.Rule{}
	if f == nil {
		return rules
	}
	for _, r := range f.Rules {
		if rules[r.Name()] == nil {
			rules[r.Name()] = r
		}
	}
	return rules
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
	pkg := g.survey.packageOf(file)
	name := relative(pkg, file)
	if pkg == g.folder.rel {
		return name
	}
	return "//" + pkg + ":" + name
}

func (g *generator) labels(files []string) []string {
	labels := make([]string, len(files))
	for i, file := range files {
		labels[i] = g.label(file)
	}
	return labels
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
