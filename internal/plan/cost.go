package plan

import (
	"slices"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// What a test is expected to take of which nothing is recorded, and what a file takes
// besides its tests: pytest rewrites its assertions, imports it and collects it. Both
// are the usual order of magnitude of unit tests; networkx and numpy come near them.
const (
	costOfTest = 20 * time.Millisecond
	costOfFile = 20 * time.Millisecond
)

// cost returns how long the tests of f that fall into runs are expected to take.
func (f File) cost(runs []model.Part) time.Duration {
	total := costOfFile
	for _, t := range f.Tests {
		total += t.cost(runs)
	}
	return total
}

// cost spreads a test evenly over the parts that its items fall into.
func (t Test) cost(runs []model.Part) time.Duration {
	cost := costOfTest
	if t.Recorded > 0 {
		cost = t.Recorded
	}
	in := 0
	for _, part := range t.Parts {
		if slices.Contains(runs, part) {
			in++
		}
	}
	if in == 0 {
		return 0
	}
	return cost * time.Duration(in) / time.Duration(len(t.Parts))
}
