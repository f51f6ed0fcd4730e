package plan

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func TestSplit(t *testing.T) {
	const rest, serial, db, own = model.Rest, model.Serial, model.Part("group:db"), model.Part("group:own")
	claims := Claims{"t/test_x.py": {db}, "t/test_y.py": {db}}
	for _, c := range []struct {
		name  string
		files []File
		want  []string
	}{
		{
			"no visible test",
			[]File{file("t/test_z.py")},
			[]string{"//t:given runs [rest] of [t/test_z.py], elsewhere map[], 0 units"},
		},
		{
			"all tests are claimed",
			[]File{file("t/test_x.py", test("test_a", db))},
			[]string{"//t:given runs [rest] of [t/test_x.py], elsewhere map[group:db:[t/test_x.py]], 0 units"},
		},
		{
			"all are serial",
			[]File{file("t/test_z.py", test("test_a", serial))},
			[]string{"//t:given runs [serial] of [t/test_z.py], elsewhere map[], 1 units"},
		},
		{
			"several files, in any order",
			[]File{
				file("t/test_y.py", test("test_a", rest), test("test_b", serial), test("test_c", db)),
				file("t/test_x.py", test("test_d", rest), test("test_e", own)),
			},
			[]string{
				"//t:given runs [rest group:own] of [t/test_x.py t/test_y.py], elsewhere map[group:db:[t/test_y.py] serial:[t/test_y.py]], 3 units",
				"//t:given_serial runs [serial] of [t/test_y.py], elsewhere map[group:db:[t/test_y.py] group:own:[t/test_y.py] rest:[t/test_y.py]], 1 units",
			},
		},
		{
			"parts with markers: only what need not be alone stays",
			[]File{file("t/test_z.py", test("test_a", "rest+unit"), test("test_b", "serial+slow+unit"), test("test_c", "group:x+unit"))},
			[]string{
				"//t:given runs [rest+unit group:x+unit] of [t/test_z.py], elsewhere map[serial+slow+unit:[t/test_z.py]], 2 units",
				"//t:given_slow_unit_serial runs [serial+slow+unit] of [t/test_z.py], elsewhere map[group:x+unit:[t/test_z.py] rest+unit:[t/test_z.py]], 1 units",
			},
		},
	} {
		if got := describe(Split(Target{Package: "t", Name: "given"}, c.files, claims)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// Of given files, too, each test's part is run by exactly one target.
func TestSplitPartitions(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 200 {
		files := randomFiles(random)
		for i := range files {
			files[i].Given = true
		}
		built := build(t, files)
		claims := ClaimsOf(built)
		targets := slices.Clone(built)
		for rest := files; len(rest) > 0; {
			n := 1 + random.Intn(len(rest))
			targets = append(targets, Split(Target{Name: rest[0].Path}, rest[:n], claims)...)
			rest = rest[n:]
		}
		for _, target := range built {
			for _, other := range targets {
				target.Leave(other)
			}
		}
		for _, f := range files {
			checkPartition(t, f, targets)
			checkKnown(t, f.Path, targets)
		}
	}
}

// checkKnown checks what the census does: that each target of a file knows what all
// others run of it, and none runs what another does.
func checkKnown(t *testing.T, file string, targets []Target) {
	t.Helper()
	for i, target := range targets {
		for j, other := range targets {
			if i == j || !slices.Contains(target.Files, file) || !slices.Contains(other.Files, file) {
				continue
			}
			for _, part := range other.Runs {
				if slices.Contains(target.Runs, part) || !slices.Contains(target.Elsewhere[part], file) {
					t.Fatalf("%s: target %s %v does not leave %s to %s", file, target.Name, target.Runs, part, other.Name)
				}
			}
		}
	}
}

// A claim that is released is the given target's again.
func TestRelease(t *testing.T) {
	files := []File{file("t/test_x.py", test("test_a", "group:db")), file("t/test_y.py", test("test_b", "group:db"))}
	files[0].Given, files[1].Given = true, true
	built := build(t, files)
	claims := ClaimsOf(built)
	claims.Release(built[0])
	want := []string{"//t:given runs [group:db] of [t/test_x.py t/test_y.py], elsewhere map[], 1 units"}
	if got := describe(Split(Target{Package: "t", Name: "given"}, files, claims)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
