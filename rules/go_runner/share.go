package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/assign"
	"github.com/rules-xdist/rules_xdist/internal/model"
)

// share is what a shard has to do with the tests of its package.
type share struct {
	tests    []string       // the shard runs these, in this order
	ofTarget int            // so many are the target's
	lost     []model.GoTest // no target runs these
}

// withMarks adds to the names what is known of them from the sources.
func withMarks(names []string, marks map[string]model.GoTest) []model.GoTest {
	tests := make([]model.GoTest, len(names))
	for i, name := range names {
		tests[i] = marks[name]
		tests[i].Name = name
	}
	return tests
}

// take spreads the target's own tests over its shards, by their weights.
func take(tests []model.GoTest, s settings) (share, error) {
	var result share
	var weighed []assign.Test
	own := func(t model.GoTest) bool { return slices.Contains(s.selection.Runs, t.Part()) }
	for _, t := range tests {
		switch {
		case own(t):
			weighed = append(weighed, assign.Test{Name: t.Name, Unit: t.Unit(s.dist)})
			result.ofTarget++
		case !slices.Contains(s.selection.Elsewhere, t.Part()):
			result.lost = append(result.lost, t)
		}
	}
	shards, err := assign.Assign(assign.Weigh(weighed, s.selection.Weights), s.shard.total)
	if err != nil {
		return result, err
	}
	ours := setOf(shards[s.shard.index])
	for _, t := range tests {
		if own(t) && ours[t.Unit(s.dist)] {
			result.tests = append(result.tests, t.Name)
		}
	}
	return result, nil
}

// weightless returns those with a weight that are none of the names, sorted.
func weightless(weights map[string]int, names []string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(weights)), func(name string) bool { return slices.Contains(names, name) })
}

// strays are the errors of lost tests. All shards see them, the first one reports them.
func (sh share) strays(s settings) []result {
	var results []result
	if s.shard.index > 0 {
		return nil
	}
	for _, t := range sh.lost {
		results = append(results, result{name: t.Name, outcome: errored, message: fmt.Sprintf(
			"%s:%d: its part %q is not run by %s, nor does that know a target which runs it; say serial = True, or run Gazelle", t.File, t.Line, t.Part(), s.selection.Target)})
	}
	return results
}
