package main

import (
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

func TestCompare(t *testing.T) {
	passed, skipped := junitxml.Case{Outcome: junitxml.Passed}, junitxml.Case{Outcome: junitxml.Skipped}
	plain := outcomes{"same": {passed}, "lost": {passed}, "doubled": {passed}, "other": {skipped}}
	sharded := outcomes{"same": {passed}, "doubled": {passed, passed}, "other": {passed}, "new": {passed}}
	var got []string
	for _, d := range compare(plain, sharded) {
		got = append(got, d.nodeID)
	}
	want := []string{"doubled", "lost", "new", "other"}
	if len(got) != len(want) {
		t.Fatalf("compare: differences in %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("compare: difference %d is of %q, want %q", i, got[i], want[i])
		}
	}
	if found := compare(plain, plain); len(found) > 0 {
		t.Errorf("compare of a run with itself: %v, want nothing", found)
	}
}

func TestEditsOf(t *testing.T) {
	took := func(seconds float64) []junitxml.Case { return []junitxml.Case{{Seconds: seconds}} }
	got := editsOf(map[string]outcomes{
		"//:test_a":        {"a.py::x": took(1), "a.py::y": took(1)},
		"//:test_a_serial": {"a.py::z": took(4)},
		"//:batch":         {"b.py::x": took(1), "c.py::x": took(3)},
	})
	if want := (edits{mean: 14.0 / 3 / 10, worst: 0.6, worstFile: "a.py"}); got != want {
		t.Errorf("editsOf: %+v, want %+v", got, want)
	}
}

func TestMedianOver(t *testing.T) {
	costs := func(all ...int) []cost {
		var made []cost
		for _, n := range all {
			made = append(made, cost{time.Duration(n), time.Duration(10 * n)})
		}
		return made
	}
	// Of each round by itself: the machine may have been slower in one of them.
	if got, want := medianOver(costs(5, 120, 8), costs(1, 100, 5)), (cost{4, 40}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
