package summary

import (
	"fmt"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// outcome is what is counted: how a test case ended, and what befell shards and
// targets.
type outcome int

// The outcomes, in the order in which pytest counts them.
const (
	failed outcome = iota
	passed
	skipped
	xfailed
	errored
	flaky
	notRun
	outcomeCount
)

// words are how outcomes are counted, in the singular and the plural, and
// coloured.
var words = [outcomeCount]struct{ one, many, colour string }{
	failed:  {"failed", "failed", red},
	passed:  {"passed", "passed", green},
	skipped: {"skipped", "skipped", yellow},
	xfailed: {"xfailed", "xfailed", yellow},
	errored: {"error", "errors", red},
	flaky:   {"flaky", "flaky", yellow},
	notRun:  {"not run", "not run", yellow},
}

var outcomes = map[junitxml.Outcome]outcome{
	junitxml.Failed:  failed,
	junitxml.Passed:  passed,
	junitxml.Skipped: skipped,
	junitxml.XFailed: xfailed,
	junitxml.Error:   errored,
}

// tally counts by outcome.
type tally [outcomeCount]int

func (t *tally) add(other tally) {
	for o, n := range other {
		t[o] += n
	}
}

// String counts as pytest does, "1 failed, 2 passed"; it is empty when there is
// nothing to count.
func (t tally) String() string {
	var terms []string
	for o, n := range t {
		switch {
		case n == 1:
			terms = append(terms, "1 "+words[o].one)
		case n > 1:
			terms = append(terms, fmt.Sprintf("%d %s", n, words[o].many))
		}
	}
	return strings.Join(terms, ", ")
}

// colour is that of the whole: red when anything failed, green when everything
// that was to run passed.
func (t tally) colour() string {
	switch {
	case t[failed] > 0 || t[errored] > 0:
		return red
	case t[passed] > 0 && t[notRun] == 0:
		return green
	default:
		return yellow
	}
}
