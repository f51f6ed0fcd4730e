package main

import (
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

func TestEditsOf(t *testing.T) {
	took := func(seconds float64) []junitxml.Case { return []junitxml.Case{{Seconds: seconds}} }
	got := editsOf(map[string]outcomes.Outcomes{
		"//:test_a":        {"a.py::x": took(1), "a.py::y": took(1)},
		"//:test_a_serial": {"a.py::z": took(4)},
		"//:batch":         {"b.py::x": took(1), "c.py::x": took(3)},
	})
	if want := (edits{mean: 14.0 / 3 / 10, worst: 0.6, worstFile: "a.py"}); got != want {
		t.Errorf("editsOf: %+v, want %+v", got, want)
	}
}
