package census

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name       string
		items      []Item
		selections []Selection
		errors     []string
		want       []string
	}{
		{
			name:       "each test in exactly one target",
			items:      []Item{item("a.py::x"), serial("a.py::s"), grouped("a.py::g", "db"), grouped("b.py::g", "db")},
			selections: []Selection{sel("//:a", "a.py", "rest"), sel("//:a_serial", "a.py", "serial"), sel("//:db", "a.py b.py", "group:db")},
		},
		{
			name:  "a file in no target",
			items: []Item{item("a.py::x")},
			want:  []string{"a.py::x: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census"},
		},
		{
			name:       "a group that the file's target leaves out and no other runs",
			items:      []Item{grouped("a.py::x", "db")},
			selections: []Selection{sel("//:a", "a.py", "rest")},
			want:       []string{"a.py::x: lost: its file is in //:a, but no target runs the file's group:db; run Gazelle, or if a hook adds the mark, write it in the source"},
		},
		{
			name:       "a test in two targets",
			items:      []Item{item("a.py::x")},
			selections: []Selection{sel("//:b", "a.py", "rest"), sel("//:a", "a.py", "rest serial")},
			want:       []string{"a.py::x: doubled: run by //:a, //:b; let one of them run it"},
		},
		{
			name:       "a group over two files, each of which runs its own half",
			items:      []Item{grouped("a.py::x", "db"), grouped("b.py::y", "db"), item("b.py::z")},
			selections: []Selection{sel("//:a", "a.py", "rest group:db"), sel("//:b", "b.py", "rest group:db")},
			want: []string{
				`a.py::x: in a split group: run by //:a, others of group "db" by //:b; run Gazelle`,
				`b.py::y: in a split group: run by //:b, others of group "db" by //:a; run Gazelle`,
			},
		},
		{
			name:       "a serial test that Gazelle took for an ordinary one",
			items:      []Item{serial("a.py::x")},
			selections: []Selection{sel("//:a", "a.py", "rest")},
			want:       []string{`a.py::x: parallel though serial: its file is in //:a, none of which runs serial tests; run Gazelle, or if a hook adds the mark, write it in the source`},
		},
		{
			name:       "a serial test in no target at all is lost",
			items:      []Item{serial("a.py::x")},
			selections: []Selection{sel("//:b", "b.py", "rest")},
			want:       []string{"a.py::x: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census"},
		},
		{
			name:       "serial wins over the group, so the group is not split",
			items:      []Item{{NodeID: "a.py::x", File: "a.py", Serial: true, Group: name("db")}, grouped("a.py::y", "db")},
			selections: []Selection{sel("//:a", "a.py", "group:db"), sel("//:a_serial", "a.py", "serial")},
		},
		{
			name:       "outside loadgroup, groups do not count",
			items:      []Item{grouped("a.py::x", "db"), grouped("b.py::y", "db")},
			selections: []Selection{{Target: "//:a", Dist: "loadfile", Files: []string{"a.py"}, Runs: []model.Part{"rest"}}, {Target: "//:b", Dist: "load", Files: []string{"b.py"}, Runs: []model.Part{"rest"}}},
		},
		{
			name:       "a group with an empty name is a group",
			items:      []Item{grouped("a.py::x", "")},
			selections: []Selection{sel("//:a", "a.py", "group:")},
		},
		{
			name:  "parts with split markers",
			items: []Item{marked(item("a.py::x"), "e2e", "unit"), marked(grouped("a.py::g", "db"), "unit"), marked(serial("a.py::s"), "unit"), item("a.py::y")},
			selections: []Selection{
				sel("//:a", "a.py", "rest group:db+unit"), sel("//:a_e2e_unit", "a.py", "rest+e2e+unit"), sel("//:a_serial_unit", "a.py", "serial+unit"),
			},
		},
		{
			name:       "a split marker that a hook adds",
			items:      []Item{marked(item("a.py::x"), "unit"), marked(serial("a.py::s"), "unit")},
			selections: []Selection{sel("//:a", "a.py", "rest"), sel("//:a_serial", "a.py", "serial")},
			want: []string{
				"a.py::s: lost: its file is in //:a, //:a_serial, but no target runs the file's serial+unit; run Gazelle, or if a hook adds the mark, write it in the source",
				"a.py::x: lost: its file is in //:a, //:a_serial, but no target runs the file's rest+unit; run Gazelle, or if a hook adds the mark, write it in the source",
			},
		},
		{
			name:       "a group whose tests are in two targets for their split markers",
			items:      []Item{grouped("a.py::x", "db"), marked(grouped("a.py::y", "db"), "unit")},
			selections: []Selection{sel("//:a", "a.py", "group:db"), sel("//:b", "a.py", "group:db+unit")},
			want: []string{
				`a.py::x: in a split group: run by //:a, others of group "db" by //:b; run Gazelle`,
				`a.py::y: in a split group: run by //:b, others of group "db" by //:a; run Gazelle`,
			},
		},
		{
			name:   "what the static half found comes first",
			items:  []Item{item("a.py::x")},
			errors: []string{"a.py: in no target"},
			want:   []string{"census: a.py: in no target", "a.py::x: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := texts(compare(test.items, Census{Selections: test.selections, Errors: test.errors}))
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestProperties breaks a right set of targets in one place at a time.
func TestProperties(t *testing.T) {
	for seed := range int64(200) {
		random := rand.New(rand.NewSource(seed))
		items, selections := partition(random)
		if got := compare(items, Census{Selections: selections}); len(got) != 0 {
			t.Fatalf("seed %d: a partition has findings: %q", seed, texts(got))
		}

		broken := random.Intn(len(selections))
		victim := selections[broken]
		var victims []string
		for _, i := range items {
			if victim.has(i) {
				victims = append(victims, i.NodeID)
			}
		}
		slices.Sort(victims)

		less := slices.Delete(slices.Clone(selections), broken, broken+1)
		if got := named(compare(items, Census{Selections: less}), Lost, Parallel); !slices.Equal(got, victims) {
			t.Errorf("seed %d: without %s: %q are lost, want %q", seed, victim.Target, got, victims)
		}

		twin := victim
		twin.Target = "//:twin"
		more := append(slices.Clone(selections), twin)
		if got := named(compare(items, Census{Selections: more}), Doubled); !slices.Equal(got, victims) {
			t.Errorf("seed %d: with a twin of %s: %q are doubled, want %q", seed, victim.Target, got, victims)
		}

		want := texts(compare(items, Census{Selections: more}))
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		random.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		if got := texts(compare(items, Census{Selections: more})); !slices.Equal(got, want) {
			t.Errorf("seed %d: the order of the input changes the findings: %q, want %q", seed, got, want)
		}
	}
}

// partition makes items and, for them, targets: a file's rest and serial part,
// apart by split marker, and a group over all files, whole.
func partition(random *rand.Rand) ([]Item, []Selection) {
	var items []Item
	var files []string
	for f := range 1 + random.Intn(4) {
		file := fmt.Sprintf("test_%d.py", f)
		files = append(files, file)
		for n := range 1 + random.Intn(6) {
			i := Item{NodeID: fmt.Sprintf("%s::test_%d", file, n), File: file, Serial: random.Intn(4) == 0}
			if g := random.Intn(5); g < 2 {
				i.Group = name(fmt.Sprintf("g%d", g))
			}
			if random.Intn(3) == 0 {
				i.Markers = []string{"unit"}
			}
			items = append(items, i)
		}
	}
	selections := []Selection{
		{Target: "//:g0", Dist: model.LoadGroup, Files: files, Runs: parts("group:g0 group:g0+unit")},
		{Target: "//:g1", Dist: model.LoadGroup, Files: files, Runs: parts("group:g1 group:g1+unit")},
	}
	for _, file := range files {
		for _, part := range []string{"rest", "rest+unit", "serial", "serial+unit"} {
			selections = append(selections, sel("//:"+file+"_"+part, file, part))
		}
	}
	return items, selections
}

func TestMarkersByFile(t *testing.T) {
	one, other := Markers{"serial": {"alone"}}, Markers{"split": {"unit"}}
	census := Census{Selections: []Selection{
		{Files: []string{"a.py", "b.py"}, Markers: one},
		{Files: []string{"a.py"}, Markers: one},
		{Files: []string{"c.py"}, Markers: other},
	}}
	want := map[string]Markers{"a.py": one, "b.py": one, "c.py": other}
	if got := census.MarkersByFile(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestConfigured(t *testing.T) {
	for _, test := range []struct {
		root, config string
		want         bool
	}{
		{"", "pytest.ini", true},
		{"", "", false},
		{"svc", "svc/pytest.ini", true},
		{"svc", "pytest.ini", false},
		{"svc", "svc/sub/pytest.ini", false},
		{"svc", "", false},
	} {
		census := Census{Root: test.root, Selections: []Selection{{}, {Config: test.config}}}
		if got := census.Configured(); got != test.want {
			t.Errorf("%q in %q: got %v", test.config, test.root, got)
		}
	}
}
