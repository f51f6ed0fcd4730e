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
		Tests    map[string]string // to their units
		Weights  map[string]int
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
			units := vector.Units
			if units == nil {
				units = Weigh(testsOf(vector.Tests), vector.Weights)
			}
			got, err := Assign(units, vector.Shards)
			if err != nil || !slices.EqualFunc(got, vector.Expected, slices.Equal) {
				t.Errorf("got %q, %v, want %q", got, err, vector.Expected)
			}
		})
	}
}

func testsOf(units map[string]string) []Test {
	var tests []Test
	for name, unit := range units {
		tests = append(tests, Test{name, unit})
	}
	return tests
}

// weighted calls f with random tests and weights, the same in each run.
func weighted(count int, f func(random *rand.Rand, tests []Test, weights map[string]int)) {
	random := rand.New(rand.NewPCG(21, 0))
	for range count {
		var tests []Test
		weights := map[string]int{}
		for n := range random.IntN(9) {
			test := Test{fmt.Sprintf("t/test_%d.py::Test%d::test_%d[1]", random.IntN(2), random.IntN(2), n), fmt.Sprint("u", random.IntN(6))}
			tests = append(tests, test)
			for _, name := range names(test.Name) {
				if random.IntN(2) == 0 {
					weights[name] = 1 << random.IntN(11)
				}
			}
		}
		f(random, tests, weights)
	}
}

func TestWeightsDoNotDependOnTheOrderOfCollection(t *testing.T) {
	weighted(200, func(random *rand.Rand, tests []Test, weights map[string]int) {
		units := Weigh(tests, weights)
		total := 0
		for _, test := range tests {
			if units[test.Unit] == 0 {
				t.Errorf("%v: unit %s has no weight", tests, test.Unit)
			}
		}
		for _, weight := range units {
			total += weight
		}
		if total < len(tests) {
			t.Errorf("%v: weigh %d: a test weighs nothing", tests, total)
		}
		random.Shuffle(len(tests), func(i, j int) { tests[i], tests[j] = tests[j], tests[i] })
		if again := Weigh(tests, weights); !maps.Equal(again, units) {
			t.Errorf("%v: first %v, then %v", tests, units, again)
		}
	})
}

func TestMakespanOfWeightedTestsIsWithinFourThirdsOfTheBest(t *testing.T) {
	weighted(200, func(random *rand.Rand, tests []Test, weights map[string]int) {
		units := Weigh(tests, weights)
		shards := 1 + random.IntN(3)
		assigned, err := Assign(units, shards)
		if err != nil {
			t.Fatal(err)
		}
		makespan := slices.Max(loads(units, assigned))
		if best := bestMakespan(slices.Collect(maps.Values(units)), make([]int, shards)); 3*makespan > 4*best {
			t.Errorf("%v over %d: %d, where %d is best", units, shards, makespan, best)
		}
	})
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
