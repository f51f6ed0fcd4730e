package bep

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// position is a shard's place among the runs and shards of its target.
type position struct {
	index, run int
}

// collector gathers a build from its events, which come in any order that
// announces each event before it.
type collector struct {
	attempts          map[string]map[position][]Attempt
	problems          map[string]Problem
	started, finished time.Time
	complete          bool
}

func newCollector() *collector {
	return &collector{
		attempts: map[string]map[position][]Attempt{},
		problems: map[string]Problem{},
	}
}

func (c *collector) add(e event) {
	for _, child := range e.Children {
		if child.TestResult != nil {
			c.record(*child.TestResult)
		}
	}
	switch {
	case e.Started != nil:
		c.started = moment(e.Started.Time, e.Started.Millis)
	case e.Finished != nil:
		c.finished = moment(e.Finished.Time, e.Finished.Millis)
	case e.TestResult != nil && e.ID.TestResult != nil:
		c.record(*e.ID.TestResult, e.TestResult.attempt(e.ID.TestResult.Attempt))
	case e.Completed != nil && !e.Completed.Success:
		c.problem(Problem{e.ID.subject(), Broken, e.Completed.FailureDetail.Message})
	case e.Aborted != nil:
		c.abort(e)
	}
	c.complete = c.complete || e.Last
}

// record adds attempts to a shard. Adding none makes room for a shard that is to
// run, so that one without a result is noticed.
func (c *collector) record(id shardID, attempts ...Attempt) {
	shards := c.attempts[id.Label]
	if shards == nil {
		shards = map[position][]Attempt{}
		c.attempts[id.Label] = shards
	}
	at := position{id.Shard, id.Run}
	shards[at] = append(shards[at], attempts...)
}

// abort records why an announced event did not come. The reasons of Bazel that
// are no failure of the subject itself mean that it was not reached; a target
// that this platform cannot run was not asked for.
func (c *collector) abort(e event) {
	kind := Broken
	switch e.Aborted.Reason {
	case "SKIPPED":
		return
	case "", "UNKNOWN", "USER_INTERRUPTED", "NO_ANALYZE", "NO_BUILD", "INCOMPLETE":
		kind = NotRun
	}
	message := e.Aborted.Description
	if message == "" && e.Aborted.Reason != "UNKNOWN" {
		message = strings.ToLower(strings.ReplaceAll(e.Aborted.Reason, "_", " "))
	}
	c.problem(Problem{e.ID.subject(), kind, message})
}

// problem keeps a subject's first problem: what follows is its consequence.
func (c *collector) problem(p Problem) {
	if _, known := c.problems[p.Subject]; p.Subject != "" && !known {
		c.problems[p.Subject] = p
	}
}

func (c *collector) build() Build {
	b := Build{Complete: c.complete}
	if !c.started.IsZero() && c.finished.After(c.started) {
		b.Elapsed = c.finished.Sub(c.started)
	}
	for _, label := range slices.Sorted(maps.Keys(c.attempts)) {
		b.Targets = append(b.Targets, target(label, c.attempts[label]))
	}
	for _, subject := range slices.Sorted(maps.Keys(c.problems)) {
		b.Problems = append(b.Problems, c.problems[subject])
	}
	return b
}

func target(label string, shards map[position][]Attempt) Target {
	t := Target{Label: label}
	for at, attempts := range shards {
		slices.SortFunc(attempts, func(a, b Attempt) int { return cmp.Compare(a.Number, b.Number) })
		t.Shards = append(t.Shards, Shard{Index: at.index, Run: at.run, Attempts: attempts})
		t.ShardCount = max(t.ShardCount, at.index)
		t.Runs = max(t.Runs, at.run)
	}
	slices.SortFunc(t.Shards, func(a, b Shard) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.Run, b.Run))
	})
	return t
}
