package plan

import (
	"slices"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/assign"
	"github.com/rules-xdist/rules_xdist/internal/model"
)

// maxWeight is the weight of a test from about 14 s on, which has a shard to itself anyway.
const maxWeight = 1024

// timedTest is a test of which it is known how long one of its items takes.
type timedTest struct {
	file, nodeID string
	item         time.Duration
}

// timed returns the tests of f that fall into runs, as far as they are on record.
func (f File) timed(runs []model.Part) []timedTest {
	var tests []timedTest
	for _, t := range f.Tests {
		isRun := func(part model.Part) bool { return slices.Contains(runs, part) }
		if t.Items > 0 && !t.Presumed && slices.ContainsFunc(t.Parts, isRun) {
			tests = append(tests, timedTest{f.Path, f.Path + "::" + t.ID, t.Recorded / time.Duration(t.Items)})
		}
	}
	return tests
}

// Weights returns how much the tests of a target count when its shards are filled, where
// that is not 1, by node id of a test or of its file, which then is what most tests of the
// file weigh. Weight 1 is what a test is expected to take of which nothing is recorded.
//
// A present weight stays while it is off by less than a factor of two: changing one makes
// every shard run again. Nil means that all tests weigh the same.
func (t Target) Weights(present map[string]int) map[string]int {
	byFile := map[string]map[string]int{}
	seen := map[int]bool{}
	for _, test := range t.timed {
		if byFile[test.file] == nil {
			byFile[test.file] = map[string]int{}
		}
		weight := weightOf(test.item, assign.Weight(test.nodeID, present))
		byFile[test.file][test.nodeID] = weight
		seen[weight] = true
	}
	// A file of which nothing is known has tests that weigh 1.
	if len(seen) == 0 || len(seen) == 1 && len(byFile) == len(t.Files) {
		return nil
	}
	weights := map[string]int{}
	for file, tests := range byFile {
		usual := mostCommon(tests)
		if usual != 1 {
			weights[file] = usual
		}
		for nodeID, weight := range tests {
			if weight != usual {
				weights[nodeID] = weight
			}
		}
	}
	return weights
}

// weightOf returns the power of two that is nearest to how many times the expected time a
// test takes, or the present one if that is near enough.
func weightOf(item time.Duration, present int) int {
	times := max(1, float64(item)/float64(costOfTest))
	if times < 2*float64(present) && float64(present) < 2*times {
		return present
	}
	weight := 1
	// The geometric mean of two powers is as far from one as from the other.
	for weight < maxWeight && times*times > 2*float64(weight)*float64(weight) {
		weight *= 2
	}
	return weight
}

// mostCommon returns the weight that most tests have, the least of several.
func mostCommon(tests map[string]int) int {
	count := map[int]int{}
	for _, weight := range tests {
		count[weight]++
	}
	most := maxWeight
	for weight, n := range count {
		if n > count[most] || n == count[most] && weight < most {
			most = weight
		}
	}
	return most
}
