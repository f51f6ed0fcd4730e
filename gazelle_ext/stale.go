package gazelle_ext

import (
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
)

// removeStale asks Gazelle to delete the rules of our kinds that nothing stands for
// any more, and returns the names of test targets that stay although they are not
// generated: a person wrote them.
func (g *generator) removeStale() (kept []string) {
	if g.folder.build == nil {
		return nil
	}
	for _, r := range g.folder.build.Rules {
		if g.generates(r.Name()) {
			continue
		}
		kind := g.ownKind(r)
		switch {
		case kind == "":
		case g.isStale(r, kind) && !r.ShouldKeep():
			g.result.Empty = append(g.result.Empty, rule.NewRule(kind, r.Name()))
		case kind == testKind:
			kept = append(kept, r.Name())
		}
	}
	return kept
}

func (g *generator) isStale(r *rule.Rule, kind string) bool {
	if kind == packageKind || kind == censusKind {
		return true
	}
	srcs := r.AttrStrings("srcs")
	return len(srcs) > 0 && !slices.ContainsFunc(srcs, func(src string) bool {
		return !g.isGone(src) && !(kind == testKind && g.isPlanned(src))
	})
}

// isGone says whether src was a source file of this package that is no longer there.
// Labels, paths below and what other rules make are not ours to judge.
func (g *generator) isGone(src string) bool {
	return !strings.ContainsAny(src, ":/") && !g.folder.has(src) && !slices.Contains(g.folder.generated, src)
}

// isPlanned says whether generated targets run the tests of src.
func (g *generator) isPlanned(src string) bool {
	file := path.Join(g.folder.rel, src)
	if label, ok := strings.CutPrefix(src, "//"); ok {
		file = strings.TrimPrefix(strings.Replace(label, ":", "/", 1), "/")
	}
	f := g.survey.folders[folderOf(file)]
	return f != nil && slices.Contains(f.tests, path.Base(file))
}
