package plan

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// took makes a file with tests that take so many milliseconds; 0: not known.
func took(file string, milliseconds ...int) File {
	f := File{Path: file}
	for i, ms := range milliseconds {
		test := Test{ID: fmt.Sprint("test_", i), Parts: []model.Part{model.Rest}}
		if ms > 0 {
			// As two items, which count each by itself.
			test.Recorded, test.Items = 2*time.Duration(ms)*time.Millisecond, 2
		}
		f.Tests = append(f.Tests, test)
	}
	return f
}

func TestWeights(t *testing.T) {
	type weights = map[string]int
	for _, test := range []struct {
		name    string
		files   []File
		present weights
		want    weights
	}{
		{name: "nothing known", files: []File{took("a.py", 0, 0)}},
		{name: "all alike", files: []File{took("a.py", 300, 310, 290), took("b.py", 320)}},
		{
			name:  "the nearest power of two, and no less than 1",
			files: []File{took("a.py", 1, 20, 28, 39, 41, 57, 640, 0)},
			want:  weights{"a.py::test_4": 2, "a.py::test_5": 4, "a.py::test_6": 32},
		},
		{
			name:  "at most 1024",
			files: []File{took("a.py", 20, 20, 3600_000)},
			want:  weights{"a.py::test_2": 1024},
		},
		{
			name:  "a file's usual weight is told once",
			files: []File{took("a.py", 80, 85, 90, 640, 10, 0), took("b.py", 20)},
			want:  weights{"a.py": 4, "a.py::test_3": 32, "a.py::test_4": 1},
		},
		{
			name:  "a file of which nothing is known weighs 1",
			files: []File{took("a.py", 80), took("b.py", 0)},
			want:  weights{"a.py": 4},
		},
		{
			name:    "present ones stay while they are off by less than two",
			files:   []File{took("a.py", 20, 20, 90, 39, 300)},
			present: weights{"a.py::test_2": 8, "a.py::test_4": 4, "a.py::test_9": 64},
			want:    weights{"a.py::test_2": 8, "a.py::test_4": 16},
		},
		{
			name:    "also where they are told of a file",
			files:   []File{took("a.py", 90, 300, 20)},
			present: weights{"a.py": 8},
			want:    weights{"a.py": 8, "a.py::test_2": 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := newTarget("a", "", test.files, []model.Part{model.Rest})
			if got := target.Weights(test.present); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Another machine, or a bad day, changes nothing; and what Weights said is present next.
func TestWeightsRarelyChange(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	for range 200 {
		var first, later []int
		for range 1 + random.IntN(20) {
			ms := 1 + random.IntN(5000)
			first = append(first, ms)
			// The first weight is off by at most the root of two already.
			later = append(later, int(float64(ms)*(0.72+0.68*random.Float64())))
		}
		runs := []model.Part{model.Rest}
		weights := newTarget("a", "", []File{took("a.py", first...), took("b.py", 20)}, runs).Weights(nil)
		for _, again := range [][]int{first, later} {
			target := newTarget("a", "", []File{took("a.py", again...), took("b.py", 20)}, runs)
			if got := target.Weights(weights); !maps.Equal(got, weights) {
				t.Fatalf("took %v, then %v: weights %v became %v", first, again, weights, got)
			}
		}
	}
}
