package gazelle_ext

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/goscan"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

const (
	goTestKind      = "go_test"
	goXdistTestKind = "go_xdist_test"
	goXdistMapping  = "# gazelle:map_kind go_test go_xdist_test @rules_xdist//rules:defs.bzl"
)

// goTests sets on the go_test rules that Gazelle's Go language has just made for this
// folder what the //xdist: comments of their tests ask for. The rules stay that
// language's: it resolves their dependencies, and the macro go_xdist_test, to which the
// repository maps go_test, makes one target or two out of each.
func (g *generator) goTests(args language.GenerateArgs, report *report) {
	for _, r := range args.OtherGen {
		if r.Kind() != goTestKind {
			continue
		}
		tests, errs := g.scanGo(args.Dir, r.AttrStrings("srcs"))
		report.add(errs...)
		marked := slices.IndexFunc(tests, func(t model.GoTest) bool { return t.Serial || t.Group != "" || t.Scope != "" })
		switch {
		case g.isGoXdistTest():
			g.setOwned(r, tests, marked >= 0)
		case marked >= 0:
			t := tests[marked]
			report.warn(fmt.Errorf("%s:%d: %s: its //xdist: comment has no effect, since its target %s is a plain go_test; write in the BUILD file of the root: %s", path.Join(g.folder.rel, t.File), t.Line, t.Name, r.Name(), goXdistMapping))
		}
	}
}

// scanGo returns the tests of a rule's files; none if no file has anything to do with
// marks.
func (g *generator) scanGo(dir string, files []string) ([]model.GoTest, []error) {
	sources := map[string][]byte{}
	mentioned := false
	for _, file := range files {
		// What cannot be read is a generated file, or the Go language's to tell.
		if source, err := os.ReadFile(filepath.Join(dir, file)); err == nil {
			sources[file] = source
			mentioned = mentioned || bytes.Contains(source, []byte("xdist:"))
		}
	}
	if !mentioned {
		return nil, nil
	}
	var scanned [][]model.GoTest
	var errs []error
	for file, source := range sources {
		tests, wrong := goscan.Scan(path.Join(g.folder.rel, file), source)
		errs = append(errs, wrong...)
		scanned = append(scanned, tests)
	}
	tests, err := goscan.Merge(scanned...)
	if err != nil {
		errs = append(errs, fmt.Errorf("//%s: %w", g.folder.rel, err))
	}
	return tests, errs
}

// isGoXdistTest says whether go_test is written as go_xdist_test here, or as a macro that
// alias_kind says to be one.
func (g *generator) isGoXdistTest() bool {
	kind := g.mappedKind(goTestKind)
	return kind == goXdistTestKind || g.config.AliasMap[kind] == goXdistTestKind
}

// setOwned sets the attributes that are this extension's. The Go language, which owns
// the kind, knows nothing of them and leaves in the BUILD file what is there: hence
// they are merged into that here. Of a package without marks only what marks have left
// behind is removed.
func (g *generator) setOwned(r *rule.Rule, tests []model.GoTest, marked bool) {
	owned := rule.NewRule(goTestKind, r.Name())
	mergeable := set("serial")
	units := map[string]bool{}
	in := g.folder.settings
	for _, t := range tests {
		if t.Serial {
			owned.SetAttr("serial", true)
		} else {
			units[t.Unit(in.dist)] = true
		}
	}
	if marked {
		mergeable["dist"] = true
		if in.dist != model.LoadGroup {
			owned.SetAttr("dist", in.dist)
		}
	}
	// Auto leaves the number to a person: what starting pytest costs does not hold for Go.
	if marked && in.shards != plan.Auto {
		mergeable["shard_count"] = true
		if shards := (plan.Target{Units: len(units), Settings: plan.Settings{Dist: in.dist, Shards: in.shards}}).ShardCount(0); shards > 1 {
			owned.SetAttr("shard_count", shards)
		}
	}
	for _, attr := range owned.AttrKeys() {
		if attr != "name" {
			r.SetAttr(attr, owned.Attr(attr))
		}
	}
	if existing := g.existing(r.Name()); existing != nil {
		rule.MergeRules(owned, existing, mergeable, g.file.Path)
	}
}
