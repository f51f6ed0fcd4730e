package gazelle_ext

// With rules_python's own extension in the same gazelle_binary, that one makes the
// libraries and the test targets, of the kind py_test, which the repository maps to
// py_xdist_test. This one then sets only its own attributes on these targets, and adds
// targets for the parts of their tests that must be apart.
//
// The added targets are of a kind of their own. Of each py_xdist_test Gazelle believes,
// because of the mapping, that the other extension has made it: that one would have to
// resolve its dependencies, knowing nothing of it, and would take it for a second
// provider of its files' modules.

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

const (
	// otherExtension is the name of rules_python's, under which it has its settings.
	otherExtension = "py"
	pyTest         = "py_test"
)

var errWrongOrder = errors.New("gazelle_binary: languages: Gazelle shows an extension only what those before it have made; name rules_xdist's (@rules_xdist//gazelle_ext) after rules_python's")

// configuredByOther says whether rules_python's extension has configured a folder already.
func configuredByOther(c *config.Config) bool {
	_, ok := c.Exts[otherExtension]
	return ok
}

// beside says whether rules_python's extension makes the rules of a folder.
func (s settings) beside() bool { return s.hasOther && !s.otherDisabled }

// beside says the same of a folder that may be none of the survey.
func (s *survey) beside(rel string) bool {
	f := s.folders[rel]
	return s.hasOther && (f == nil || f.settings.beside())
}

// takenMappings are what the repository maps kinds of rules_python's to and mapKinds has
// taken from Gazelle, by kind.
type takenMappings map[string]config.MappedKind

// mapKinds changes a folder's mapping of kinds, which is a copy of its parent's. Gazelle
// looks for the extension that resolves a rule by any mapping to the rule's kind. So where
// this extension makes libraries and tests, there is no other mapping to their kinds than
// its own; beside rules_python's, all mappings are that one's.
func mapKinds(c *config.Config, beside bool) {
	taken, _ := c.Exts[languageName].(takenMappings)
	delete(c.KindMap, libraryKind)
	for kind, mapping := range taken {
		if _, ok := c.KindMap[kind]; !ok {
			c.KindMap[kind] = mapping
		}
	}
	taken = takenMappings{}
	if !beside {
		for _, kind := range []string{pyLibrary, pyTest} {
			if mapping, ok := c.KindMap[kind]; ok && (kind == pyLibrary || mapping.KindName == testKind) {
				taken[kind] = mapping
				delete(c.KindMap, kind)
			}
		}
		mapLibraries(c, taken)
	}
	c.Exts[languageName] = taken
}

// inProject says whether the folder belongs to the package of one above it: in project
// mode, rules_python's extension makes packages only of folders with a BUILD file.
func (f *folder) inProject() bool {
	return f.settings.beside() && f.rel != "" && f.build == nil && f.settings.project != nil
}

// base is a test target that another extension made, or a person.
type base struct {
	pkg string
	// generated is the rule of this run, nil if only the BUILD file has it; written is
	// the rule in the BUILD file, nil if that does not have it yet.
	generated, written *rule.Rule
	files              []plan.File
	// targets are what becomes of it: itself, and those for parts of its tests.
	targets []plan.Target
}

func (b *base) rule() *rule.Rule {
	if b.written != nil {
		return b.written
	}
	return b.generated
}

// beside sets this extension's attributes on the test targets of the folder, and adds
// those that run a part of their tests.
func (g *generator) beside(args language.GenerateArgs) {
	bases := g.bases(args)
	if len(bases) > 0 && g.canonicalKind(pyTest) != testKind {
		load := "@" + apparentName("rules_xdist", g.config.ModuleToApparentName) + "//rules:defs.bzl"
		g.leave(fmt.Errorf("%s: target %q: rules_python's extension makes a %s of it, which would run its tests without pytest and a second time; say # gazelle:map_kind %s %s %s here or in a folder above, or keep this extension out by # gazelle:xdist_extension disabled", path.Join(g.folder.rel, "BUILD.bazel"), bases[0].rule().Name(), pyTest, pyTest, testKind, load))
		return
	}
	g.keepTogether()
	var targets []plan.Target
	for _, b := range bases {
		if b.rule().Attr("main") != nil {
			g.report.add(fmt.Errorf("%s: target %q: has a main of its own (__test__.py?), but pytest's is rules_xdist's; remove it, or keep this extension out by # gazelle:xdist_extension disabled", path.Join(g.folder.rel, "BUILD.bazel"), b.rule().Name()))
			continue
		}
		g.survey.split(b)
		g.adorn(b, b.targets[0])
		g.nameTargets(b.targets[1:], args)
		for _, t := range b.targets[1:] {
			g.addPart(t, b)
		}
		targets = append(targets, b.targets...)
	}
	g.nameTargets(g.survey.targets[g.folder.rel], args)
	for _, t := range g.survey.targets[g.folder.rel] {
		g.survey.leave(t)
		g.addPart(t, nil)
	}
	g.survey.targets[g.folder.rel] = append(targets, g.survey.targets[g.folder.rel]...)
}

// keepTogether drops the targets of this folder for groups over several files that are
// all one base's: a shard of that takes the group whole.
func (g *generator) keepTogether() {
	s := g.survey
	s.targets[g.folder.rel] = slices.DeleteFunc(s.targets[g.folder.rel], func(t plan.Target) bool {
		first := s.baseOf(t.Files[0])
		if first == nil || slices.ContainsFunc(t.Files, func(file string) bool { return s.baseOf(file) != first }) {
			return false
		}
		s.claims.Release(t)
		return true
	})
}

// bases returns the targets of this folder that run test files: those that the other
// extension has just made, and for files in none of these (it may not run, for this
// folder or this time) those in the BUILD file.
func (g *generator) bases(args language.GenerateArgs) []*base {
	var bases []*base
	g.others = map[string]bool{}
	for _, r := range args.OtherEmpty {
		g.others[r.Name()] = true
	}
	for _, r := range args.OtherGen {
		g.others[r.Name()] = true
		if r.Kind() != pyTest {
			continue
		}
		b := &base{pkg: g.folder.rel, generated: r}
		if existing := g.existing(r.Name()); existing != nil && g.isTestOfOther(existing) {
			b.written = existing
			if !g.merges(existing) {
				b.generated = nil
			}
		}
		bases = append(bases, b)
	}
	bases = slices.DeleteFunc(bases, func(b *base) bool { return !g.survey.claimFiles(b) })
	if g.file == nil {
		return bases
	}
	for _, r := range g.file.Rules {
		b := &base{pkg: g.folder.rel, written: r}
		if !g.others[r.Name()] && g.isTestOfOther(r) && g.survey.claimFiles(b) {
			g.others[r.Name()] = true
			bases = append(bases, b)
		}
	}
	return bases
}

// claimFiles makes b the base of its test files, but for those that have one; false
// means that none are left.
func (s *survey) claimFiles(b *base) bool {
	for _, src := range b.rule().AttrStrings("srcs") {
		file := path.Join(b.pkg, strings.TrimPrefix(src, ":"))
		if f, ok := s.given[file]; ok && s.bases[file] == nil {
			s.bases[file] = b
			b.files = append(b.files, f)
		}
	}
	return len(b.files) > 0
}

// isTestOfOther says whether a rule is one that the other extension takes for its own.
func (g *generator) isTestOfOther(r *rule.Rule) bool {
	return g.folder.settings.beside() && g.canonicalKind(r.Kind()) == g.canonicalKind(pyTest)
}

// judgedKind is ownKind, but takes for a test also what the other extension takes for its
// own. If neither has made it in this run, it is stale under the same rules as elsewhere.
func (g *generator) judgedKind(r *rule.Rule) string {
	if g.isTestOfOther(r) {
		return testKind
	}
	return g.ownKind(r)
}

// merges says whether Gazelle merges what the other extension makes into an existing
// rule: an alias of a kind that is mapped counts for it as another kind.
func (g *generator) merges(existing *rule.Rule) bool {
	written := g.mappedKind(pyTest)
	return g.mappedKind(existing.Kind()) == written || g.config.AliasMap[existing.Kind()] == written
}

// canonicalKind returns the kind that alias_kind and map_kind together make of kind.
func (g *generator) canonicalKind(kind string) string {
	if aliased, ok := g.config.AliasMap[kind]; ok {
		kind = aliased
	}
	return g.mappedKind(kind)
}

// adorn sets what t says on the other extension's rule. Gazelle merges that rule by the
// other's lists of attributes, in which this extension's are not, so an existing rule is
// merged here.
func (g *generator) adorn(b *base, t plan.Target) {
	r := g.test(t)
	r.DelAttr("srcs")
	if b.written != nil {
		own := (*xdist)(nil).Kinds()[testKind].MergeableAttrs
		delete(own, "srcs")
		rule.MergeRules(r, b.written, own, g.file.Path)
		return
	}
	for _, key := range r.AttrKeys() {
		if key != "name" {
			b.generated.SetAttr(key, r.Attr(key))
		}
	}
}

// addPart adds a target for a part of the tests of base, or if that is nil, of several
// targets.
func (g *generator) addPart(t plan.Target, from *base) {
	r := g.test(t)
	r.SetKind(partKind)
	if from != nil {
		inherit(r, from)
		if t.Serial() {
			r.DelAttr("workers") // It runs alone.
		}
	}
	imports := g.survey.importsOfPart(t)
	if paths := importPaths(g.folder.rel, imports.like); len(paths) > 0 {
		r.SetAttr("imports", paths)
	}
	g.add(r, imports)
}

// inherit gives a new target what a person gave to its base: data, env, size and so on.
func inherit(r *rule.Rule, from *base) {
	info := (*xdist)(nil).Kinds()[partKind]
	for _, key := range from.rule().AttrKeys() {
		if !info.MergeableAttrs[key] && !slices.Contains([]string{"name", "deps", "pyi_deps", "pyi_srcs"}, key) {
			r.SetAttr(key, from.rule().Attr(key))
		}
	}
}

// importPaths returns the bases' imports attributes, relative to the package pkg.
func importPaths(pkg string, bases []*base) []string {
	var paths []string
	for _, b := range bases {
		for _, p := range b.rule().AttrStrings("imports") {
			if below, err := filepath.Rel("/"+pkg, path.Join("/", b.pkg, p)); err == nil {
				paths = append(paths, filepath.ToSlash(below))
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// importsOfPart returns what a target that shares its files with bases needs.
func (s *survey) importsOfPart(t plan.Target) *imports {
	var without plan.Target
	var like []*base
	for _, file := range t.Files {
		switch b := s.baseOf(file); {
		case b == nil:
			without.Files = append(without.Files, file)
		case !slices.Contains(like, b):
			like = append(like, b)
		}
	}
	result := s.importsOfTest(without)
	result.like = like
	return result
}

// baseOf returns the target that runs the rest of file's tests, nil if there is none.
// Of a folder that Gazelle was not asked to update the BUILD file says it.
func (s *survey) baseOf(file string) *base {
	if b := s.bases[file]; b != nil {
		return b
	}
	pkg := s.packageOf(file)
	if _, given := s.given[file]; !given || s.folders[pkg].build == nil {
		return nil
	}
	for _, r := range s.folders[pkg].build.Rules {
		if r.Kind() == partKind || !slices.Contains(r.AttrStrings("srcs"), relative(pkg, file)) {
			continue
		}
		b := &base{pkg: pkg, written: r}
		s.claimFiles(b)
		s.split(b)
		return b
	}
	return nil
}

func (s *survey) split(b *base) {
	b.targets = plan.Split(plan.Target{Package: b.pkg, Name: b.rule().Name()}, b.files, s.claims)
}

// leave makes a target for a group say what the targets of its files' bases run.
func (s *survey) leave(t plan.Target) {
	for _, file := range t.Files {
		if b := s.baseOf(file); b != nil {
			for _, other := range b.targets {
				t.Leave(other)
			}
		}
	}
}

// deps returns what the other extension's resolver made of the target's imports, and
// what a person keeps.
func (b *base) deps(from label.Label) []label.Label {
	var deps []string
	if b.generated != nil {
		deps = b.generated.AttrStrings("deps")
	}
	if b.written != nil {
		deps = append(deps, b.keptDeps()...)
	}
	var labels []label.Label
	for _, dep := range deps {
		l, err := label.Parse(dep)
		if err != nil {
			continue
		}
		if l = l.Abs(from.Repo, b.pkg); l.Repo == "" {
			l.Repo = from.Repo
		}
		labels = append(labels, l)
	}
	return labels
}

// keptDeps returns the dependencies in the BUILD file that stay after this run.
func (b *base) keptDeps() []string {
	comments := b.written.AttrComments("deps")
	if b.generated == nil || b.written.ShouldKeep() || comments != nil && rule.ShouldKeep(&build.Ident{Comments: *comments}) {
		return b.written.AttrStrings("deps")
	}
	list, _ := b.written.Attr("deps").(*build.ListExpr)
	if list == nil {
		return nil
	}
	var kept []string
	for _, item := range list.List {
		if dep, ok := item.(*build.StringExpr); ok && rule.ShouldKeep(item) {
			kept = append(kept, dep.Value)
		}
	}
	return kept
}

// adoptParts turns the targets of a repository in which this extension was alone into
// those that it makes beside rules_python's, and the other way round.
func (g *generator) adoptParts() {
	for _, r := range g.result.Gen {
		existing := g.existing(r.Name())
		if existing == nil || existing.ShouldKeep() || !isTest(r.Kind()) {
			continue
		}
		if kind := existing.Kind(); kind == g.mappedKind(testKind) || kind == g.mappedKind(partKind) {
			existing.SetKind(g.mappedKind(r.Kind()))
		}
	}
}
