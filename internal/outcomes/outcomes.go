// Package outcomes compares two runs of the same tests: each test once, with the same
// outcome.
//
// It knows nothing of how the tests were run; it reads what the runs left in JUnit XML
// files.
package outcomes

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// Outcomes are the outcomes of tests by node id, one for each time that it ran.
type Outcomes map[string][]junitxml.Case

// Add adds the cases of a JUnit file. A case without a node id is none of a test:
// pytest reports modules that are skipped as a whole so.
func (o Outcomes) Add(file junitxml.File, name Naming) {
	for _, c := range file.Cases {
		if id := name(c); id != "" {
			o[id] = append(o[id], c)
		}
	}
}

// Together are the outcomes of all targets, which are given by their labels.
func Together(byTarget map[string]Outcomes) Outcomes {
	all := Outcomes{}
	for _, tests := range byTarget {
		for id, cases := range tests {
			all[id] = append(all[id], cases...)
		}
	}
	return all
}

// Failures counts what failed.
func (o Outcomes) Failures() int {
	n := 0
	for _, all := range o {
		for _, one := range all {
			if one.Outcome == junitxml.Failed || one.Outcome == junitxml.Error {
				n++
			}
		}
	}
	return n
}

// Durations returns how long the tests took.
func (o Outcomes) Durations() durations.Durations {
	taken := durations.Durations{}
	for id, all := range o {
		for _, one := range all {
			taken[id] += one.Seconds
		}
	}
	return taken
}

// Difference is a test for which two runs differ.
type Difference struct {
	NodeID, What string
}

func (d Difference) String() string { return d.NodeID + ": " + d.What }

// Compare returns what of a run of shards is not as in the plain one, by node id. Where
// the plain run has a node id several times, so do the shards.
func Compare(plain, sharded Outcomes) []Difference {
	var found []Difference
	for id, want := range plain {
		if what := difference(sorted(want), sorted(sharded[id])); what != "" {
			found = append(found, Difference{id, what})
		}
	}
	for id := range maps.Keys(sharded) {
		if len(plain[id]) == 0 {
			found = append(found, Difference{id, "the plain run does not have it"})
		}
	}
	slices.SortFunc(found, func(a, b Difference) int { return strings.Compare(a.NodeID, b.NodeID) })
	return found
}

func difference(want, got []junitxml.Outcome) string {
	switch {
	case len(got) == 0:
		return "lost: no shard ran it"
	case len(got) < len(want):
		return fmt.Sprintf("lost: it ran %d times, in the plain run %d times", len(got), len(want))
	case len(got) > len(want):
		return fmt.Sprintf("doubled: it ran %d times", len(got))
	}
	for i := range want {
		if got[i] != want[i] {
			return fmt.Sprintf("outcome %v, the plain run's is %v", got[i], want[i])
		}
	}
	return ""
}

func sorted(cases []junitxml.Case) []junitxml.Outcome {
	var all []junitxml.Outcome
	for _, c := range cases {
		all = append(all, c.Outcome)
	}
	slices.Sort(all)
	return all
}
