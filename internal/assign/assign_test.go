package assign

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

const vectorsFile = "../../rules/pytest_plugin/tests/assign_vectors.json"

// The vectors are those of the twin in Python.
func TestVectors(t *testing.T) {
	content, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var vectors map[string]struct {
		Units    map[string]int
		Shards   int
		Expected [][]string
	}
	if err := json.Unmarshal(content, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for name, vector := range vectors {
		t.Run(name, func(t *testing.T) {
			got, err := Assign(vector.Units, vector.Shards)
			if err != nil || !slices.EqualFunc(got, vector.Expected, slices.Equal) {
				t.Errorf("got %q, %v, want %q", got, err, vector.Expected)
			}
		})
	}
}

// problems calls f with random units and numbers of shards, the same in each run.
func problems(t *testing.T, count, mostUnits, mostShards int, f func(weights map[string]int, shards int, assigned [][]string)) {
	t.Helper()
	random := rand.New(rand.NewPCG(20, 0))
	for range count {
		weights := map[string]int{}
		for unit := range random.IntN(mostUnits + 1) {
			weights[fmt.Sprint("u", unit)] = random.IntN(10)
		}
		shards := 1 + random.IntN(mostShards)
		assigned, err := Assign(weights, shards)
		if err != nil {
			t.Fatal(err)
		}
		f(weights, shards, assigned)
	}
}

func loads(weights map[string]int, assigned [][]string) []int {
	result := make([]int, len(assigned))
	for shard, units := range assigned {
		for _, unit := range units {
			result[shard] += weights[unit]
		}
	}
	return result
}

func TestTotalAndDisjoint(t *testing.T) {
	problems(t, 200, 40, 12, func(weights map[string]int, shards int, assigned [][]string) {
		units := slices.Sorted(slices.Values(slices.Concat(assigned...)))
		if len(assigned) != shards || !slices.Equal(units, slices.Sorted(maps.Keys(weights))) {
			t.Errorf("%v over %d: %q", weights, shards, assigned)
		}
	})
}

func TestDeterministic(t *testing.T) {
	problems(t, 200, 40, 12, func(weights map[string]int, shards int, assigned [][]string) {
		// Go's maps have another order each time.
		again, _ := Assign(maps.Clone(weights), shards)
		if !slices.EqualFunc(again, assigned, slices.Equal) {
			t.Errorf("%v over %d: first %q, then %q", weights, shards, assigned, again)
		}
	})
}

func TestTheHeaviestShardIsFirst(t *testing.T) {
	problems(t, 200, 40, 12, func(weights map[string]int, _ int, assigned [][]string) {
		result := loads(weights, assigned)
		if !slices.IsSortedFunc(result, func(a, b int) int { return b - a }) {
			t.Errorf("loads %v", result)
		}
	})
}

func TestMakespanIsWithinFourThirdsOfTheBest(t *testing.T) {
	problems(t, 200, 8, 3, func(weights map[string]int, shards int, assigned [][]string) {
		makespan := slices.Max(loads(weights, assigned))
		best := bestMakespan(slices.Collect(maps.Values(weights)), make([]int, shards))
		if 3*makespan > 4*best {
			t.Errorf("%v over %d: %d, where %d is best", weights, shards, makespan, best)
		}
	})
}

// bestMakespan tries everything.
func bestMakespan(weights, loads []int) int {
	if len(weights) == 0 {
		return slices.Max(loads)
	}
	best := -1
	for shard := range loads {
		loads[shard] += weights[0]
		if found := bestMakespan(weights[1:], loads); best < 0 || found < best {
			best = found
		}
		loads[shard] -= weights[0]
	}
	return best
}

func TestNoShards(t *testing.T) {
	if _, err := Assign(map[string]int{"a": 1}, 0); err == nil || err.Error() != "shards: 0: must be at least 1" {
		t.Errorf("got %v", err)
	}
}
