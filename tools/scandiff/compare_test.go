package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

const source = `import pytest
from base import *
from base import Base, MyTestCase, helper
def test_same(): pass
@pytest.mark.serial
def test_serial(): pass
def test_lost(): pass
if helper:
    def test_branch(): pass
class TestOpen(Base):
    def test_own(self): pass
@pytest.mark.xdist_group(helper())
def test_computed(): pass
class Guessed(MyTestCase):
    def test_guessed(self): pass
`

func scanOf(t *testing.T) scan {
	t.Helper()
	file, err := pyscan.Scan("a.py", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	var s scan
	s.add("a.py", file, testparts.Rules{Markers: model.DefaultMarkers(), Groups: true})
	return s
}

// item is a test of a.py that pytest collects.
func item(id string) itemFacts {
	return itemFacts{key: key{"a.py", id}, NodeID: "a.py::" + id, Code: "a.py"}
}

func TestCompare(t *testing.T) {
	inherited, starred, local, computed, hooked := item("TestOpen::test_more"), item("test_star"), item("test_made"), item("test_x_1"), item("test_same")
	inherited.Code, starred.Code = "base.py", "base.py"
	local.Local = true
	computed.Unnamed = []string{"test_x_1"}
	hooked.NodeID, hooked.Hooked = "a.py::test_same[1]", []string{"serial"}
	text := itemFacts{key: key{"test_a.txt", "test_a.txt"}, NodeID: "test_a.txt::test_a.txt"}
	group := "db"
	c := collection{
		items: []collectedItem{
			{NodeID: "a.py::test_serial", Serial: true}, {NodeID: "a.py::test_same[1]", Serial: true},
			{NodeID: "a.py::test_computed", Group: &group},
		},
		evidence: evidence{
			Modules: map[string]moduleFacts{"a.py": {Outcome: "passed"}},
			Items: []itemFacts{item("test_same"), hooked, item("test_serial"), item("test_computed"), item("TestOpen::test_own"),
				inherited, starred, local, computed, item("test_unheard_of"), text},
			Scanned: []boundFacts{
				{key: key{"a.py", "test_branch"}, Branch: true},
				{key: key{"a.py", "test_lost"}, Bound: true, Type: "function"},
				{key: key{"a.py", "Guessed::test_guessed"}, Bound: true, Type: "function", Plain: true},
			},
		},
	}
	for _, facts := range c.evidence.Items {
		marked := slices.ContainsFunc(c.items, func(i collectedItem) bool { return i.NodeID == facts.NodeID })
		if !marked {
			c.items = append(c.items, collectedItem{NodeID: facts.NodeID})
		}
	}
	r := compare("x", scanOf(t), c)
	got := map[string]string{}
	for _, d := range r.differences {
		got[d.ID] = "none"
		if d.kind != nil {
			got[d.ID] = d.kind.name
		}
	}
	want := map[string]string{
		"test_same":             "a hook adds a mark",
		"test_computed":         "a mark is computed",
		"TestOpen::test_more":   "inherited from another file",
		"test_star":             "brought by import *",
		"test_made":             "made by a call",
		"test_x_1":              "named at run time",
		"test_branch":           "branch not taken",
		"Guessed::test_guessed": "base class only called TestCase",
		"Guessed":               "presumed, and not there",
		"test_a.txt":            "doctests of a text file",
		"test_lost":             "none",
		"test_unheard_of":       "none",
	}
	for id, kind := range want {
		if got[id] != kind {
			t.Errorf("%s: kind %q, want %q", id, got[id], kind)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		t.Errorf("further differences: %v", got)
	}
	if r.same != 2 || r.tests != 10 || r.marked != 3 {
		t.Errorf("same %d, tests %d, marked %d; want 2, 10, 3", r.same, r.tests, r.marked)
	}
	if err := unexplained([]result{r}); err == nil || !strings.Contains(err.Error(), "test_lost") {
		t.Errorf("unexplained: %v, want an error that names test_lost", err)
	}
}

// A file that pytest does not import has all of its tests on the scanner's side.
func TestCompareUnimported(t *testing.T) {
	for outcome, want := range map[string]string{"failed": "module cannot be imported here", "skipped": "module skips itself"} {
		c := collection{evidence: evidence{Modules: map[string]moduleFacts{"a.py": {Outcome: outcome}}}}
		for _, d := range compare("x", scanOf(t), c).differences {
			if d.kind == nil || d.kind.name != want {
				t.Errorf("%v, want %s", d, want)
			}
		}
	}
	c := collection{evidence: evidence{Ignored: []string{"a.py"}}}
	for _, d := range compare("x", scanOf(t), c).differences {
		if d.kind == nil || d.kind.name != "left out by conftest.py" {
			t.Errorf("%v, want left out by conftest.py", d)
		}
	}
}

func TestUpdateDocs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scanner.md")
	if err := os.WriteFile(path, []byte("before\n"+tableBegins+"old\n"+tableEnds+"\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := compare("psutil", scanOf(t), collection{})
	if err := updateDocs(path, []result{r}, acceptance{}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(content)
	if strings.Contains(got, "old") || !strings.HasPrefix(got, "before\n") || !strings.HasSuffix(got, "\nafter\n") || !strings.Contains(got, "| psutil |") {
		t.Errorf("got:\n%s", got)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := updateDocs(path, nil, acceptance{}); err == nil {
		t.Error("no markers: no error")
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"--list", "psutil", "numpy"})
	if err != nil || !o.list || len(o.suites) != 2 {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, args := range [][]string{{"nosuch"}, {"--update-docs", "psutil"}, {"--nosuch"}} {
		if _, err := parse(args); err == nil || err == flag.ErrHelp {
			t.Errorf("%q: no error", args)
		}
	}
	names := suiteNames()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(suites) {
		t.Error("two suites of one name")
	}
}

func TestAcceptance(t *testing.T) {
	var a acceptance
	for _, v := range []verdict{
		{[]byte("x = 1"), ""}, {[]byte("x = ("), "SyntaxError: '(' was never closed"},
		{[]byte("from __future__ import x"), "SyntaxError: future feature x is not defined"},
	} {
		a.add(v)
	}
	if a.sources != 3 || a.accepted != 1 || a.lenient != 1 || a.err() != nil {
		t.Errorf("got %+v", a)
	}
	a.add(verdict{[]byte("x = )"), ""})
	a.add(verdict{[]byte("x = 2"), "SyntaxError"})
	if err := a.err(); len(a.wrong) != 2 || err == nil {
		t.Errorf("got %+v, %v", a, err)
	}
}
