package census

import (
	"fmt"
	"reflect"
	"testing"
)

const data = `does not collect it: unless the target's args leave it out, what it is made of is not among its inputs; if that is files, ` +
	`add them to data, as by "# gazelle:xdist_data auto GLOBS" in the BUILD file of their folder, and run Gazelle`

// TestTargetsOwnCollections compares with targets that collect, in their runfiles, other
// tests than a plain pytest does in the sources.
func TestTargetsOwnCollections(t *testing.T) {
	selections := []Selection{sel("//:a", "a.py", "rest"), sel("//:b", "b.py", "rest")}
	all := []Item{item("a.py::x[1]"), item("a.py::x[2]"), item("a.py::y"), item("b.py::z")}
	tests := []struct {
		name    string
		plain   Collection
		a, b    Collection
		leftOut map[string]string
		want    []string
	}{
		{
			name:  "a file of parameters that is no input",
			plain: Collection{Items: all},
			a:     Collection{Items: []Item{item("a.py::x[1]"), item("a.py::y")}},
			b:     Collection{Items: all[3:]},
			want:  []string{"a.py::x[2]: lost: //:a " + data},
		},
		{
			name:  "a parametrisation over nothing",
			plain: Collection{Items: all},
			a:     Collection{Items: []Item{item("a.py::x[NOTSET]"), item("a.py::y")}},
			b:     Collection{Items: all[3:]},
			want:  []string{"a.py: 2 tests, such as x[1], x[2]: lost: //:a " + data},
		},
		{
			name:  "ids that are others in each run",
			plain: Collection{Items: all},
			a:     Collection{Items: []Item{item("a.py::x[8]"), item("a.py::x[9]"), item("a.py::y")}},
			b:     Collection{Items: all[3:]},
			want:  []string{"a.py: 2 tests, such as x[1], x[2]: has another id in //:a: give its parameters ids that do not depend on where, when and by whom they are collected"},
		},
		{
			name:  "more than a plain pytest has",
			plain: Collection{Items: all[:3]},
			a:     Collection{Items: append(all[:3:3], item("a.py::more"))},
			b:     Collection{Items: all[3:]},
			want: []string{
				"a.py::more: extra: //:a runs it, but a plain pytest does not collect it",
				`b.py::z: extra: //:b runs it, but a plain pytest does not collect its file, as by testpaths, --ignore or collect_ignore; ` +
					`write "# gazelle:exclude" for the file, and run Gazelle, or let pytest collect it`,
			},
		},
		{
			name:  "a file that only its target skips, and one that it cannot import",
			plain: Collection{Items: all},
			a:     Collection{Uncollected: []Uncollected{{File: "a.py", Why: "no docker"}}},
			b:     Collection{Uncollected: []Uncollected{{File: "b.py", Failed: true, Why: "ImportError: c"}}, Failed: "see the log"},
			want: []string{
				"a.py: 3 tests, such as x[1], x[2], y: lost: //:a skips its file: no docker",
				"b.py::z: lost: //:b cannot collect it: ImportError: c",
			},
		},
		{
			name:  "a file that neither can import",
			plain: Collection{Items: all[3:], Uncollected: []Uncollected{{File: "a.py", Failed: true, Why: "ImportError: c"}}},
			a:     Collection{Failed: "see the log"},
			b:     Collection{Items: all[3:]},
			want: []string{
				"//:a: cannot say what it runs: see the log",
				"a.py: a plain pytest cannot collect it: ImportError: c",
			},
		},
		{
			name:  "a folder that a plain pytest skips",
			plain: Collection{Uncollected: []Uncollected{{File: ".", Why: "Monday"}}},
			a:     Collection{Items: all[2:3]},
			b:     Collection{},
			want:  []string{"a.py::y: extra: //:a runs it, but for a plain pytest its file skips itself: Monday"},
		},
		{
			name:  "a target that has written nothing",
			plain: Collection{Items: all},
			a:     Collection{Items: all[:3]},
			b:     Collection{Failed: "was not built"},
			want:  []string{"b.py::z: lost: //:b cannot collect it: was not built"},
		},
		{
			name:    "tests that are meant to be left out",
			plain:   Collection{Items: append(all[:4:4], item("docs/c.py::v"), item("docs.py::w"))},
			a:       Collection{Items: all[1:3]},
			b:       Collection{Items: all[3:]},
			leftOut: map[string]string{"docs": "run by others", "a.py::*[1]": "slow", "a.py::y": "found again"},
			want: []string{
				`census: left_out: "a.py::y": no test is left out by it any more: take it out`,
				"docs.py::w: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census",
			},
		},
		{
			name:  "a file that a hook collects",
			plain: Collection{Items: append(all[:4:4], item("made.case::made"))},
			a:     Collection{Items: all[:3]},
			b:     Collection{Items: all[3:]},
			want: []string{"made.case::made: lost: its file is in no target; run Gazelle, and if that makes none, write a py_xdist_test with the file in srcs, " +
				"or if no target is to run it, name it in left_out of the census"},
		},
		{
			name:  "serial to a plain pytest only",
			plain: Collection{Items: append(all[:3:3], serial("b.py::z"))},
			a:     Collection{Items: all[:3]},
			b:     Collection{Items: all[3:]},
			want:  []string{"b.py::z: parallel though serial: its file is in //:b, none of which runs serial tests; run Gazelle, or if a hook adds the mark, write it in the source"},
		},
		{
			name:  "a target that writes down what is no test of its own as well",
			plain: Collection{Items: append(all[:3:3], marked(item("b.py::z"), "e2e"))},
			a:     Collection{Items: all[:3]},
			b:     Collection{Items: []Item{marked(item("b.py::z"), "e2e")}, Failed: "see the log"},
			want:  []string{"b.py::z: lost: its file is in //:b, but no target runs the file's rest+e2e; run Gazelle, or if a hook adds the mark, write it in the source"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			census := Census{Selections: selections, LeftOut: test.leftOut}
			got := Lines(Compare(test.plain, census, map[string]Collection{"//:a": test.a, "//:b": test.b}))
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestLines has one file that lost a thousand tests beside one that lost one.
func TestLines(t *testing.T) {
	var items []Item
	for n := range 1000 {
		items = append(items, item(fmt.Sprintf("a.py::x[%03d]", n)))
	}
	items = append(items, item("b.py::y"), grouped("a.py::g", "db"))
	census := Census{Selections: []Selection{sel("//:a", "a.py", "rest group:web"), sel("//:b", "b.py", "rest")}}
	got := Lines(Compare(Collection{Items: items}, census, nil))
	want := []string{
		"a.py::g: lost: its file is in //:a, but no target runs the file's group:db; run Gazelle, or if a hook adds the mark, write it in the source",
		"a.py: 1000 tests, such as x[000], x[001], x[002]: lost: //:a " + data,
		"b.py::y: lost: //:b " + data,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, nodeID string
		want            bool
	}{
		{"tests", "tests/a.py::x", true},
		{"tests", "tests_more/a.py::x", false},
		{"tests/a.py", "tests/a.py::x", true},
		{"tests/a.py::T", "tests/a.py::T::x", true},
		{"tests/a.py::x", "tests/a.py::x[1]", true},
		{"tests/a.py::x[1]", "tests/a.py::x[1]", true},
		{"*.rst", "docs/deep/a.rst::a.rst", true},
		{"a.py", "tests/a.py::x", false},
		{"tests/a?.py", "tests/ab.py::x", false},
		{"*[a\nb]", "a.py::x[a\nb]", true},
	} {
		if got := matches(test.pattern, test.nodeID); got != test.want {
			t.Errorf("%q, %q: got %v", test.pattern, test.nodeID, got)
		}
	}
}
