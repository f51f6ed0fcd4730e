// Package durations keeps how long tests take, in the file of pytest-split: a
// JSON object from node id to seconds, which is committed beside the tests.
//
// It measures nothing and decides nothing by the durations.
package durations

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// File is the file's name, in the root of the workspace or in a folder in which pytest is
// started.
const File = ".test_durations"

// Durations are the seconds that tests take, setup and teardown included, by
// pytest's node id.
type Durations map[string]float64

// A duration is measured anew on every run, and never the same twice. The number
// on record stays unless it is off by more than tolerance times, and by more than
// noise: small ones are mostly that of the machine, and reported in milliseconds.
const (
	tolerance = 1.5
	noise     = 0.005
)

// Merge returns the durations after a run that measured some tests. Those of
// files that do not exist any more are left out; neither argument is changed.
func (d Durations) Merge(measured Durations, exists func(file string) bool) Durations {
	merged := Durations{}
	for nodeID, seconds := range d {
		merged[nodeID] = seconds
	}
	for nodeID, seconds := range measured {
		if old, known := d[nodeID]; !known || !alike(old, seconds) {
			merged[nodeID] = round(seconds)
		}
	}
	for nodeID := range merged {
		if file, _ := split(nodeID); !exists(file) {
			delete(merged, nodeID)
		}
	}
	return merged
}

// In returns the durations by node ids of the workspace, where they have those of a pytest
// that was started in a folder.
func (d Durations) In(folder string) Durations {
	inFolder := Durations{}
	for nodeID, seconds := range d {
		file, _ := split(nodeID)
		inFolder[path.Join(folder, file)+nodeID[len(file):]] = seconds
	}
	return inFolder
}

func alike(a, b float64) bool {
	return math.Abs(a-b) <= noise || max(a, b) <= tolerance*min(a, b)
}

// round keeps two significant digits.
func round(seconds float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(seconds, 'g', 2, 64), 64)
	return rounded
}

// Tests are how long test functions take, with all their parameters: by file, relative
// to the workspace, and by the node id within it, as in "TestA::test_b".
type Tests map[string]map[string]Function

// Function is how long the items of a test function take together, and how many there
// are on record.
type Function struct {
	Seconds float64
	Items   int
}

// Add returns the sum of two.
func (f Function) Add(other Function) Function {
	return Function{f.Seconds + other.Seconds, f.Items + other.Items}
}

// ByTest sums the durations of each test function.
func (d Durations) ByTest() Tests {
	tests := Tests{}
	// In order, since sums of floating point depend on it.
	for _, nodeID := range slices.Sorted(maps.Keys(d)) {
		file, test := split(nodeID)
		if tests[file] == nil {
			tests[file] = map[string]Function{}
		}
		tests[file][test] = tests[file][test].Add(Function{d[nodeID], 1})
	}
	return tests
}

// split returns the file of a test and its node id there, without parameters.
func split(nodeID string) (file, test string) {
	file, address, _ := strings.Cut(nodeID, "::")
	test, _, _ = strings.Cut(address, "[")
	return file, test
}
