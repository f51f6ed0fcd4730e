package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, text string) deviations {
	t.Helper()
	path := filepath.Join(t.TempDir(), "d.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := readDeviations(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const someDeviations = `
[[meant]]
suite = "p/a"
tests = ["t.py::*", "u.py::x[[]1]"]
what = "lost*"

[[open]]
suite = "p/*"
modes = ["boxed"]
what = "passes*"
`

func TestDivide(t *testing.T) {
	d := read(t, strings.ReplaceAll(someDeviations, "[[]1]", "[1]"))
	r := result{
		part: part{name: "p", all: []suite{{folder: "a"}}, suites: []suite{{folder: "a"}}},
		found: []finding{
			{suite: "p/a", test: "t.py::x[\n]", what: "lost: no shard ran it"},
			{suite: "p/a", test: "v.py::x", what: "lost: no shard ran it"},
			{suite: "p/a", mode: "boxed", what: "passes, and more"},
			{suite: "p/a", what: "passes, and more"},
		},
	}
	d.divide(&r)
	if len(r.meant) != 1 || len(r.open) != 1 || len(r.new) != 2 {
		t.Errorf("meant %v, open %v, new %v", r.meant, r.open, r.new)
	}
	if err := unexplained([]result{r}); err == nil || !strings.Contains(err.Error(), "2 deviations") {
		t.Errorf("unexplained: %v", err)
	}
	// Of the first entry, one test is as in the plain run.
	err := d.unused([]result{r})
	if err == nil || strings.Count(err.Error(), "remove the entry") != 1 || !strings.Contains(err.Error(), "u.py::x[1]") {
		t.Errorf("unused: %v", err)
	}
}

// Entries for suites that did not run are not judged.
func TestUnusedOfSome(t *testing.T) {
	d := read(t, someDeviations)
	all := []suite{{folder: "a"}, {folder: "b"}}
	if err := d.unused([]result{{part: part{name: "p", all: all, suites: all[1:]}}}); err != nil {
		t.Error(err)
	}
}

// What comes up by chance need not come up.
func TestUnusedByChance(t *testing.T) {
	r := result{part: part{name: "p", all: []suite{{folder: "a"}}, suites: []suite{{folder: "a"}}}}
	for chance, errors := range map[bool]int{false: 1, true: 0} {
		d := deviations{Open: []*deviation{{Suite: "p/a", Tests: []string{"x"}, What: "w", Chance: chance}}}
		if got := countErrors(d.unused([]result{r})); got != errors {
			t.Errorf("chance %t: %d errors, want %d", chance, got, errors)
		}
	}
}

func countErrors(err error) int {
	if err == nil {
		return 0
	}
	return strings.Count(err.Error(), "remove the entry")
}

func TestCheck(t *testing.T) {
	repository := t.TempDir()
	parts := []part{{name: "p", all: []suite{{folder: "a"}}, suites: []suite{{folder: "a"}}}}
	if err := os.WriteFile(filepath.Join(repository, "a.md"), []byte("# A `word`, and more\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, wrong := range map[string]string{
		"a.md#a-word-and-more": "",
		"a.md#another":         "no such heading",
		"a.md":                 "no file#heading",
		"b.md#a":               "no such file",
	} {
		d := deviations{Meant: []*deviation{{Suite: "p/a", What: "w", Reason: "r", Docs: link}}}
		errs := d.check(repository, parts)
		if (len(errs) > 0) != (wrong != "") || wrong != "" && !strings.Contains(errs[0].Error(), wrong) {
			t.Errorf("%s: %v, want %q", link, errs, wrong)
		}
	}
	for what, d := range map[string]deviation{"must be given": {Suite: "p/*"}, "no suite": {Suite: "p/b", What: "w", Reason: "r"}} {
		if errs := (deviations{Open: []*deviation{&d}}).check(repository, parts); len(errs) != 1 || !strings.Contains(errs[0].Error(), what) {
			t.Errorf("%+v: %v, want %q", d, errs, what)
		}
	}
}
