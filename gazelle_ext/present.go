package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// presentTests returns the test targets of the BUILD files as they are now: which files
// share a target is remembered there.
func (s *survey) presentTests(report *report) []plan.Present {
	var present []plan.Present
	s.presentRules = map[string][]*rule.Rule{}
	for _, f := range s.folders {
		if !f.managed || f.build == nil {
			continue
		}
		for _, r := range f.build.Rules {
			if !slices.Contains(f.settings.testKinds, r.Kind()) || r.Attr(doctestsAttr) != nil {
				continue
			}
			if srcs := r.Attr("srcs"); srcs != nil && !isReadable(srcs) {
				start, _ := srcs.Span()
				report.warn(fmt.Errorf("%s:%d: %s %q: srcs is neither a list nor a glob, so its files are not known and get other targets as well; write a list, or leave the files out by # gazelle:exclude", path.Join(f.rel, path.Base(f.build.Path)), start.Line, r.Kind(), r.Name()))
			}
			p := s.presentTest(f, r)
			present = append(present, p)
			for _, file := range p.Files {
				s.presentRules[file] = append(s.presentRules[file], r)
			}
		}
	}
	return present
}

// isReadable says whether the files of a srcs attribute can be told.
func isReadable(srcs build.Expr) bool {
	_, list := srcs.(*build.ListExpr)
	_, glob := rule.ParseGlobExpr(srcs)
	return list || glob
}

func (s *survey) presentTest(f *folder, r *rule.Rule) plan.Present {
	p := plan.Present{Package: f.rel, Name: r.Name(), Kept: r.ShouldKeep()}
	for _, src := range r.AttrStrings("srcs") {
		p.Files = append(p.Files, fileOf(f.rel, src))
	}
	if glob, ok := rule.ParseGlobExpr(r.Attr("srcs")); ok {
		// Gazelle never changes a glob: the target keeps what it has.
		p.Kept = true
		for _, src := range s.globbed(f.rel, glob) {
			p.Files = append(p.Files, path.Join(f.rel, src))
		}
	}
	for _, part := range r.AttrStrings("runs") {
		p.Runs = append(p.Runs, model.Part(part))
	}
	if r.Attr("runs") == nil {
		p.Runs = []model.Part{model.Rest}
	}
	if elsewhere, ok := r.Attr(elsewhereAttr).(*build.DictExpr); ok {
		for _, entry := range elsewhere.List {
			if part, ok := entry.Key.(*build.StringExpr); ok {
				p.Leaves = append(p.Leaves, model.Part(part.Value))
			}
		}
	}
	slices.Sort(p.Files)
	p.Fixed = s.isPersonal(f, p.Files, r)
	return p
}

// ownAttrs are the attributes of test targets that Gazelle writes; data has rules of its
// own.
var ownAttrs = set("name", "srcs", "config", "deps", "dist", "runs", elsewhereAttr, markersAttr, "shard_count", "data", doctestsAttr)

// isPersonal says whether a person gave a target what Gazelle would not, and would lose
// if its files moved to another target.
func (s *survey) isPersonal(f *folder, files []string, r *rule.Rule) bool {
	if slices.ContainsFunc(r.Comments(), func(comment string) bool { return !strings.Contains(comment, batchMark) }) {
		return true
	}
	for _, attr := range r.AttrKeys() {
		isOwn := ownAttrs[attr] || attr == weightsAttr && f.settings.weighed
		if !isOwn || hasComment(r, attr) {
			return true
		}
	}
	if r.Attr("data") == nil {
		return false
	}
	data, ok := readData(r.Attr("data"))
	known := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return s.modules[file] == nil })
	generated := s.data(f.rel, known, true, &report{})
	for _, name := range data.names {
		ok = ok && (slices.Contains(generated.files, fileOf(f.rel, name.Value)) || matchesAny(generated.patterns, name.Value) || s.isGoneData(f, name.Value))
	}
	for _, pattern := range data.patterns {
		ok = ok && (slices.Contains(generated.patterns, pattern) || s.isGonePattern(f, pattern))
	}
	return !ok
}

// hasComment says whether a comment, `# keep` for example, is at an attribute or in it.
func hasComment(r *rule.Rule, attr string) bool {
	found := isCommented(r.AttrComments(attr))
	build.Walk(r.Attr(attr), func(e build.Expr, _ []build.Expr) {
		found = found || isCommented(e.Comment())
	})
	return found
}

func isCommented(c *build.Comments) bool { return len(c.Before)+len(c.Suffix)+len(c.After) > 0 }
