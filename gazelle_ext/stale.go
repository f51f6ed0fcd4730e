package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// removeStale asks Gazelle to delete the rules of our kinds that nothing stands for
// any more.
func (g *generator) removeStale() {
	for _, r := range g.notGenerated() {
		if kind := g.judgedKind(r); g.isStale(r, kind) {
			g.warnOfLoss(r, kind)
			g.result.Empty = append(g.result.Empty, rule.NewRule(kind, r.Name()))
		}
	}
	for _, l := range g.survey.libraries(g.folder) {
		for _, name := range l.merged {
			if r := g.existing(name); r != nil && g.ownKind(r) == libraryKind && !r.ShouldKeep() {
				g.result.Empty = append(g.result.Empty, rule.NewRule(libraryKind, name))
			}
		}
	}
}

// warnOfLoss tells that what a person wrote at a target goes with the target.
func (g *generator) warnOfLoss(r *rule.Rule, kind string) {
	if isTest(kind) && g.survey.presentTest(g.folder, r).Fixed {
		start, _ := r.Attr("name").Span()
		g.report.warn(fmt.Errorf("%s:%d: %s %q: is removed, since its files are gone or other targets run their tests; what was written there by hand goes with it", path.Join(g.folder.rel, path.Base(g.file.Path)), start.Line, r.Kind(), r.Name()))
	}
}

// handwrittenTests returns the names of the test targets that stay although they are
// not generated.
func (g *generator) handwrittenTests() []string {
	var names []string
	for _, r := range g.notGenerated() {
		if kind := g.judgedKind(r); isTest(kind) && !g.isStale(r, kind) {
			names = append(names, r.Name())
		}
	}
	return names
}

// notGenerated returns the rules in the BUILD file that are not generated.
func (g *generator) notGenerated() []*rule.Rule {
	if g.file == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(g.file.Rules), func(r *rule.Rule) bool {
		return g.generates(r.Name()) || g.others[r.Name()]
	})
}

// isStale says whether a rule of one of our kinds, "" for any other, is to go.
func (g *generator) isStale(r *rule.Rule, kind string) bool {
	switch {
	case kind == "" || r.ShouldKeep(), kind == libraryKind && !librariesWanted(g.folder):
		return false
	case kind == packageKind || kind == censusKind || isForward(r):
		return true
	}
	srcs := r.AttrStrings("srcs")
	if isTest(kind) && r.Name() == doctestsName {
		return true
	}
	if isTest(kind) {
		return len(srcs) > 0 && !slices.ContainsFunc(srcs, g.testStays(srcs))
	}
	return len(srcs) > 0 && !slices.ContainsFunc(srcs, func(src string) bool { return !g.isGone(src) && !g.isMergedElsewhere(src) })
}

// isMergedElsewhere reports whether a library's source in another package is of a
// generated library, or gone.
func (g *generator) isMergedElsewhere(src string) bool {
	file := fileOf(g.folder.rel, src)
	return strings.HasPrefix(src, "//") && (g.survey.holders[file] != nil || !g.survey.isOnDisk(file))
}

// testStays returns what says of each of a test target's sources whether it is a reason
// for the target to stay. None are those whose tests generated targets run, and beside
// these no other sources on disk: the target would run tests twice.
func (g *generator) testStays(srcs []string) func(string) bool {
	planned := slices.ContainsFunc(srcs, g.isPlanned)
	return func(src string) bool {
		return !g.isPlanned(src) && !g.isGone(src) && !g.isGoneTest(src) && !(planned && g.survey.hasFile(fileOf(g.folder.rel, src)))
	}
}

func isTest(kind string) bool { return kind == testKind || kind == partKind }

// isGone says whether src was a source file of this package that is no longer there, or
// now in a package below. Labels, other paths below and what other rules make are not ours
// to judge.
func (g *generator) isGone(src string) bool {
	switch {
	case strings.Contains(src, ":"), strings.HasPrefix(src, "//"):
		return false
	case strings.Contains(src, "/"):
		return g.survey.packageOf(path.Join(g.folder.rel, src)) != g.folder.rel
	}
	return !g.folder.has(src) && !slices.Contains(g.folder.generated, src)
}

// isGoneTest says whether src, in another package or a folder below, was a test file that
// is no longer there: batches and groups have such files.
func (g *generator) isGoneTest(src string) bool {
	if strings.HasPrefix(src, ":") || strings.HasPrefix(src, "@") || path.Ext(src) != ".py" {
		return false
	}
	file := fileOf(g.folder.rel, src)
	// What is not of the survey is gone, or excluded.
	return !g.survey.hasFile(file) && !g.survey.isGenerated(file)
}

// isPlanned says whether it is known which generated targets run the tests of src: some, or,
// where pytest passes the file over, none.
func (g *generator) isPlanned(src string) bool {
	file := fileOf(g.folder.rel, src)
	f := g.survey.folders[plan.PackageOf(file)]
	return f != nil && (slices.Contains(f.tests, path.Base(file)) || slices.Contains(f.uncollected, path.Base(file)))
}
