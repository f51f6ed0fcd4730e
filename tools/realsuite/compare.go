package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// outcomes are the outcomes of tests by node id, one for each time that it ran.
type outcomes map[string][]junitxml.Case

// add adds the cases of a JUnit file. A case without a node id is none of a test:
// pytest reports modules that are skipped as a whole so.
func (o outcomes) add(file junitxml.File) {
	for _, c := range file.Cases {
		if c.NodeID != "" {
			o[c.NodeID] = append(o[c.NodeID], c)
		}
	}
}

// failures counts what failed.
func (o outcomes) failures() int {
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

// durations returns how long the tests took.
func (o outcomes) durations() durations.Durations {
	taken := durations.Durations{}
	for id, all := range o {
		for _, one := range all {
			taken[id] += one.Seconds
		}
	}
	return taken
}

// difference is a test for which two runs differ.
type difference struct {
	nodeID, what string
}

func (d difference) String() string { return d.nodeID + ": " + d.what }

// compare returns what of the sharded run is not as in the plain one, by node id.
func compare(plain, sharded outcomes) []difference {
	var found []difference
	for id, want := range plain {
		got := sharded[id]
		switch {
		case len(got) == 0:
			found = append(found, difference{id, "lost: no shard ran it"})
		case len(got) > 1:
			found = append(found, difference{id, fmt.Sprintf("doubled: it ran %d times", len(got))})
		case got[0].Outcome != want[0].Outcome:
			found = append(found, difference{id, fmt.Sprintf("outcome %v, plain pytest's is %v", got[0].Outcome, want[0].Outcome)})
		}
	}
	for id := range maps.Keys(sharded) {
		if len(plain[id]) == 0 {
			found = append(found, difference{id, "plain pytest does not have it"})
		}
	}
	slices.SortFunc(found, func(a, b difference) int { return strings.Compare(a.nodeID, b.nodeID) })
	return found
}
