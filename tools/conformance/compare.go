package main

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
	"github.com/rules-xdist/rules_xdist/tools/internal/plainrun"
	"golang.org/x/sync/errgroup"
)

// finding is something of a suite that is not as in the plain run.
type finding struct {
	suite string // its key
	mode  string // of a target that is written by hand: plain, boxed, workers
	test  string // a node id or a label; empty where it is the suite as a whole
	what  string
}

func (f finding) String() string {
	return strings.Join(strings.Fields(strings.Join([]string{f.suite, f.mode}, " ")), ", ") + ": " + strings.TrimPrefix(f.test+": ", ": ") + f.what
}

// result is what a part gave.
type result struct {
	part  part
	tests int // of the plain runs, in all modes
	same  int
	took  time.Duration
	// new, meant and open are the findings that no entry, an entry of either kind covers.
	found, new, meant, open []finding
}

// compare runs the suites of a part in both ways.
func (b *bench) compare(ctx context.Context, p part) (result, error) {
	begin := time.Now()
	r := result{part: p}
	if err := b.prepare(ctx, p); err != nil {
		return r, err
	}
	var plain map[string]plainrun.Plain
	var targets testedTargets
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { plain, err = b.runPlain(ctx, p); return err })
	group.Go(func() (err error) { targets, err = b.runTargets(ctx, p); return err })
	if err := group.Wait(); err != nil {
		return r, err
	}
	r.found = targets.problems
	for _, s := range p.suites {
		r.addSuite(s, plain[s.folder], targets.suites[s.folder])
	}
	r.took = time.Since(begin)
	return r, nil
}

// addSuite compares a suite's targets with its plain run, those of each mode by themselves.
func (r *result) addSuite(s suite, plain plainrun.Plain, targets map[string]target) {
	if r.part.modes == nil {
		comparison{result: r, suite: s, plain: plain}.add(targets)
	}
	for _, m := range r.part.modes {
		ofMode := map[string]target{}
		for label, t := range targets {
			if strings.HasSuffix(label, ":"+path.Base(s.folder)+m.suffix) {
				ofMode[label] = t
			}
		}
		comparison{result: r, suite: s, plain: plain, mode: m.name}.add(ofMode)
	}
}

// comparison is of some targets with a plain run of the same tests.
type comparison struct {
	*result
	suite suite
	mode  string
	plain plainrun.Plain
}

func (c comparison) add(targets map[string]target) {
	got := outcomes.Outcomes{}
	failed := false
	for label, t := range targets {
		for id, cases := range t.tests {
			id = placeless(id)
			got[id] = append(got[id], cases...)
		}
		failed = failed || t.failed
		c.judge(label, t)
	}
	if c.failsAlone() && !failed {
		c.find("", fmt.Sprintf("passes, the plain run's exit code is %d", c.plain.Code))
	}
	c.compare(got)
}

// judge tells whether a target fails if, and only if, a test of it does.
func (c comparison) judge(label string, t target) {
	switch failures := t.tests.Failures(); {
	case t.failed && failures == 0 && !c.failsAlone():
		c.find(label, "fails, and none of its tests does")
	case !t.failed && failures > 0:
		c.find(label, "passes, and a test of it does not")
	}
}

// failsAlone reports whether the plain run failed without a test that does.
func (c comparison) failsAlone() bool {
	return c.plain.Tests.Failures() == 0 && c.plain.Code != 0 && c.plain.Code != nothingCollected
}

func (c comparison) compare(got outcomes.Outcomes) {
	want := outcomes.Outcomes{}
	for id, cases := range c.plain.Tests {
		due := c.dueID(id)
		want[due] = append(want[due], cases...)
		if c.plain.Reached[id] {
			excuse(cases, got[due])
		}
	}
	differences := outcomes.Compare(want, got)
	for _, d := range differences {
		c.find(d.NodeID, d.What)
	}
	c.tests += len(want)
	c.same += len(want) - wrong(want, differences)
}

func (c comparison) find(test, what string) {
	c.found = append(c.found, finding{suite: c.part.key(c.suite), mode: c.mode, test: test, what: what})
}

// nothingCollected is pytest's exit code where there is no test.
const nothingCollected = 5

// dueID is the node id that a target has to report for a test of the plain run: pytest's
// own, if the suite has a configuration, and else that from the workspace's root.
func (c comparison) dueID(id string) string {
	if c.part.runner == byPytest && !c.suite.configured {
		id = model.InWorkspace(path.Join(c.suite.folder, c.plain.Root), id)
	}
	return placeless(id)
}

// workspaceRoot is where a target's files are, or those of a plain run.
var workspaceRoot = regexp.MustCompile(`/[^\[\]]*(\.runfiles/_main|/` + plainFolder + `)/`)

// placeless writes parameters that are paths of files from the workspace's root.
func placeless(id string) string {
	address, parameters, bracket := strings.Cut(id, "[")
	if !bracket {
		return id
	}
	return address + "[" + workspaceRoot.ReplaceAllString(parameters, "/")
}

// excuse takes a target's word that tests never ran for as good as the outcomes that they
// have by themselves: the plain run as well did not come to them.
func excuse(want, got []junitxml.Case) {
	for i := range got {
		if i < len(want) && (got[i].Outcome == junitxml.Skipped || got[i].Outcome == junitxml.Error) {
			got[i].Outcome = want[i].Outcome
		}
	}
}

func wrong(want outcomes.Outcomes, differences []outcomes.Difference) int {
	n := 0
	for _, d := range differences {
		if len(want[d.NodeID]) > 0 {
			n++
		}
	}
	return n
}

// target is what one target of a suite gave.
type target struct {
	tests  outcomes.Outcomes
	failed bool
}

// testedTargets are the targets of a part, by suite and label.
type testedTargets struct {
	suites   map[string]map[string]target
	problems []finding
}

func (t *testedTargets) add(p part, build bep.Build) {
	for _, built := range build.Targets {
		s := p.suiteOf(built.Label)
		tests, _ := outcomes.OfTarget(built, p.naming())
		if t.suites[s.folder] == nil {
			t.suites[s.folder] = map[string]target{}
		}
		t.suites[s.folder][built.Label] = target{tests, hasFailed(built)}
	}
	for _, problem := range build.Problems {
		t.problems = append(t.problems, finding{suite: p.key(p.suiteOf(problem.Subject)), test: problem.Subject, what: "is not built"})
	}
}

func (p part) naming() outcomes.Naming {
	if p.runner == byGo {
		return outcomes.ByName
	}
	return outcomes.ByStartID
}

// suiteOf returns the suite of a label. What is in none, such as the root's census, counts
// as one of the part's root.
func (p part) suiteOf(label string) suite {
	folder, _, _ := strings.Cut(strings.TrimPrefix(label, "//"), ":")
	if s := ownerOf(p.suites, folder); s != nil {
		return *s
	}
	return suite{folder: "."}
}

func hasFailed(t bep.Target) bool {
	for _, shard := range t.Shards {
		if !shard.Passed() {
			return true
		}
	}
	return false
}
