// Package assign distributes weighted units over shards: pure functions, and the
// twin of rules_xdist.assign (Python). Both are held to the same vectors.
//
// What a unit is, and which shard this process is, is not known here.
package assign

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bin is a shard while it is filled.
type bin struct {
	index int
	load  int
	units []string
}

// Assign returns the units of each shard, sorted by name, the heaviest shard first,
// since shards start in the order of their index.
//
// Longest processing time first: each unit, heaviest first and ties by name, goes to
// the shard with the least so far, ties to the lowest index. The makespan is at most
// 4/3 of the best one.
func Assign(weights map[string]int, shards int) ([][]string, error) {
	if shards < 1 {
		return nil, fmt.Errorf("shards: %d: must be at least 1", shards)
	}
	bins := make([]*bin, shards)
	for i := range bins {
		bins[i] = &bin{index: i}
	}
	for _, unit := range heaviestFirst(weights) {
		// Units are few and shards fewer: a heap would only be longer.
		least := slices.MinFunc(bins, func(a, b *bin) int { return cmp.Compare(a.load, b.load) })
		least.load += weights[unit]
		least.units = append(least.units, unit)
	}
	slices.SortFunc(bins, func(a, b *bin) int {
		return cmp.Or(cmp.Compare(b.load, a.load), cmp.Compare(a.index, b.index))
	})
	assigned := make([][]string, shards)
	for i, b := range bins {
		slices.Sort(b.units)
		assigned[i] = b.units
	}
	return assigned, nil
}

func heaviestFirst(weights map[string]int) []string {
	return slices.SortedFunc(maps.Keys(weights), func(a, b string) int {
		return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(a, b))
	})
}

// Weigh returns the weight of each unit, given the unit of each test: what its tests
// weigh together.
func Weigh(tests []Test, weights map[string]int) map[string]int {
	units := map[string]int{}
	for _, test := range tests {
		units[test.Unit] += Weight(test.Name, weights)
	}
	return units
}

// Weight returns what weights says of a test: by its own name, or else that of its
// function, class or file, the nearest first; 1 if it says nothing.
func Weight(test string, weights map[string]int) int {
	for _, name := range names(test) {
		if weight, ok := weights[name]; ok {
			return weight
		}
	}
	return 1
}

// Test is a test, and the unit that it belongs to.
type Test struct{ Name, Unit string }

// names returns a test's own name and, if it is one of pytest's node ids, those of what
// it is in, from the nearest to the file.
func names(test string) []string {
	all := []string{test}
	file, address, ok := strings.Cut(test, "::")
	if !ok {
		return all
	}
	function, _, parameters := strings.Cut(address, "[")
	if parameters {
		all = append(all, file+"::"+function)
	}
	for i := strings.LastIndex(function, "::"); i >= 0; i = strings.LastIndex(function, "::") {
		function = function[:i]
		all = append(all, file+"::"+function)
	}
	return append(all, file)
}
