package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// edits says what of the suite's test time an edit to one test file runs again, over all
// test files.
type edits struct {
	mean, worst float64 // shares of all test time
	worstFile   string
}

func (e edits) String() string {
	return fmt.Sprintf("an edit to one test file re-runs %.1f %% of the test time in the mean, 1/%.1f at worst (%s)",
		100*e.mean, 1/e.worst, e.worstFile)
}

// editsOf takes the tests of each target of a build: an edit to a file runs again all
// targets that have tests of it.
func editsOf(byTarget map[string]outcomes.Outcomes) edits {
	var all float64
	again := map[string]float64{}
	for _, tests := range byTarget {
		var target float64
		files := map[string]bool{}
		for id, seconds := range tests.Durations() {
			file, _, _ := strings.Cut(id, "::")
			files[file] = true
			target += seconds
		}
		all += target
		for file := range files {
			again[file] += target
		}
	}
	if all == 0 {
		return edits{}
	}
	files := slices.Sorted(maps.Keys(again))
	worst := slices.MaxFunc(files, func(a, b string) int { return cmp.Compare(again[a], again[b]) })
	var sum float64
	for _, file := range files {
		sum += again[file]
	}
	return edits{mean: sum / float64(len(files)) / all, worst: again[worst] / all, worstFile: worst}
}
