package main

import (
	"fmt"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
	"github.com/rules-xdist/rules_xdist/tools/internal/plainrun"
)

func tests(all map[string]junitxml.Outcome) outcomes.Outcomes {
	made := outcomes.Outcomes{}
	for id, outcome := range all {
		made[id] = []junitxml.Case{{NodeID: id, Outcome: outcome}}
	}
	return made
}

type given = map[string]junitxml.Outcome

func TestPlaceless(t *testing.T) {
	for id, want := range map[string]string{
		"s/t.py::a":                                       "s/t.py::a",
		"t.py::a[/x/b/t.runfiles/_main/s/d-1]":            "t.py::a[/s/d-1]",
		"t.py::a[/x/" + plainFolder + "/s/d-1]":           "t.py::a[/s/d-1]",
		"s/x/" + plainFolder + "/t.py::a[1]":              "s/x/" + plainFolder + "/t.py::a[1]",
		"s/t.py::a[/x/" + plainFolder + "/s/d[1]-/d/e[2]": "s/t.py::a[/s/d[1]-/d/e[2]",
	} {
		if got := placeless(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// Which node ids a target has to report.
func TestDueID(t *testing.T) {
	for _, test := range []struct {
		name  string
		suite suite
		root  string
		want  string
	}{
		{"configured", suite{folder: "a/s", configured: true}, ".", "t.py::x"},
		{"without a configuration", suite{folder: "a/s"}, ".", "a/s/t.py::x"},
		{"the part's configuration", suite{folder: "a/s"}, "../..", "t.py::x"},
		{"the part's root", suite{folder: "."}, ".", "t.py::x"},
	} {
		c := comparison{result: &result{}, suite: test.suite, plain: plainrun.Plain{Root: test.root}}
		if got := c.dueID("t.py::x"); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	c := comparison{result: &result{part: part{runner: byGo}}, suite: suite{folder: "s"}}
	if got := c.dueID("TestA/b"); got != "TestA/b" {
		t.Errorf("Go: %s, want TestA/b", got)
	}
}

func TestAddSuite(t *testing.T) {
	const passed, failed, err = junitxml.Passed, junitxml.Failed, junitxml.Error
	for _, test := range []struct {
		name    string
		plain   plainrun.Plain
		targets map[string]target
		want    string
	}{
		{
			"the same",
			plainrun.Plain{Tests: tests(given{"t.py::a": passed, "t.py::b": failed}), Code: 1},
			map[string]target{"//s:t": {tests(given{"t.py::a": passed, "t.py::b": failed}), true}},
			"[]",
		},
		{
			"the workspace's node id, though pytest is to start in the suite",
			plainrun.Plain{Tests: tests(given{"t.py::a": passed})},
			map[string]target{"//s:t": {tests(given{"s/t.py::a": passed}), false}},
			"[p/s: s/t.py::a: the plain run does not have it p/s: t.py::a: lost: no shard ran it]",
		},
		{
			"lost, doubled, another outcome",
			plainrun.Plain{Tests: tests(given{"a": passed, "b": passed, "c": passed})},
			map[string]target{
				"//s:t": {tests(given{"b": passed, "c": failed}), true},
				"//s:u": {tests(given{"b": passed}), false},
			},
			"[p/s: a: lost: no shard ran it p/s: b: doubled: it ran 2 times p/s: c: outcome failed, the plain run's is passed]",
		},
		{
			"fails alone",
			plainrun.Plain{Tests: tests(given{"a": passed})},
			map[string]target{"//s:t": {tests(given{"a": passed}), true}},
			"[p/s: //s:t: fails, and none of its tests does]",
		},
		{
			"fails as the plain run does",
			plainrun.Plain{Tests: tests(given{"a": passed}), Code: 3},
			map[string]target{"//s:t": {tests(given{"a": passed}), true}},
			"[]",
		},
		{
			"passes, though the plain run fails",
			plainrun.Plain{Tests: tests(given{"a": passed}), Code: 3},
			map[string]target{"//s:t": {tests(given{"a": passed}), false}},
			"[p/s: passes, the plain run's exit code is 3]",
		},
		{
			"passes, though a test fails",
			plainrun.Plain{Tests: tests(given{"a": failed})},
			map[string]target{"//s:t": {tests(given{"a": failed}), false}},
			"[p/s: //s:t: passes, and a test of it does not]",
		},
		{
			"not reached in either",
			plainrun.Plain{Tests: tests(given{"a": failed, "b": passed, "c": passed}), Code: 2, Reached: map[string]bool{"b": true, "c": true}},
			map[string]target{"//s:t": {tests(given{"a": failed, "b": err, "c": passed}), true}},
			"[]",
		},
		{
			"not reached in the target alone",
			plainrun.Plain{Tests: tests(given{"a": failed, "b": passed}), Code: 1},
			map[string]target{"//s:t": {tests(given{"a": failed, "b": err}), true}},
			"[p/s: b: outcome error, the plain run's is passed]",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := result{part: part{name: "p"}}
			r.addSuite(suite{folder: "s", configured: true}, test.plain, test.targets)
			if got := fmt.Sprint(r.found); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Each mode's target is compared by itself.
func TestAddSuiteInModes(t *testing.T) {
	plain := plainrun.Plain{Tests: tests(given{"a": junitxml.Passed})}
	r := result{part: part{name: "p", modes: []mode{{"plain", ""}, {"boxed", "_boxed"}}}}
	r.addSuite(suite{folder: "s", configured: true}, plain, map[string]target{
		"//s:s":       {tests: tests(given{"a": junitxml.Passed})},
		"//s:s_boxed": {tests: tests(given{"b": junitxml.Passed})},
	})
	const want = "[p/s, boxed: a: lost: no shard ran it p/s, boxed: b: the plain run does not have it]"
	if got := fmt.Sprint(r.found); got != want || r.tests != 2 || r.same != 1 {
		t.Errorf("got %s, %d tests, %d the same, want %s, 2 tests, 1 the same", got, r.tests, r.same, want)
	}
}
