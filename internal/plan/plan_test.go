package plan

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func file(path string, tests ...Test) File {
	return File{Path: path, Settings: Settings{Dist: model.LoadGroup}, Tests: tests}
}

// build plans without batches and without present targets.
func build(t *testing.T, files []File) []Target {
	t.Helper()
	targets, errs := Build(Input{Files: files})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return targets
}

func test(id string, parts ...model.Part) Test {
	return Test{ID: id, Line: 1, Parts: parts}
}

// describe renders targets for comparison: label, runs, files and what is elsewhere.
func describe(targets []Target) []string {
	var lines []string
	for _, t := range targets {
		lines = append(lines, fmt.Sprintf("//%s:%s runs %v of %v, elsewhere %v, %d units",
			t.Package, t.Name, t.Runs, t.Files, t.Elsewhere, t.Units))
	}
	return lines
}

func TestBuild(t *testing.T) {
	const rest, serial, db, own = model.Rest, model.Serial, model.Part("group:db"), model.Part("group:own")
	for _, c := range []struct {
		name  string
		files []File
		want  []string
	}{
		{
			"a file is a target",
			[]File{file("a/test_x.py", test("test_a", rest), test("test_b", rest))},
			[]string{"//a:test_x runs [rest] of [a/test_x.py], elsewhere map[], 2 units"},
		},
		{
			"no visible test is still a target",
			[]File{file("test_x.py")},
			[]string{"//:test_x runs [rest] of [test_x.py], elsewhere map[], 0 units"},
		},
		{
			"serial tests are a target of their own",
			[]File{file("test_x.py", test("test_a", rest), test("test_b", serial), test("test_c", rest, serial))},
			[]string{
				"//:test_x runs [rest] of [test_x.py], elsewhere map[serial:[test_x.py]], 2 units",
				"//:test_x_serial runs [serial] of [test_x.py], elsewhere map[rest:[test_x.py]], 2 units",
			},
		},
		{
			"all serial",
			[]File{file("test_x.py", test("test_a", serial))},
			[]string{"//:test_x_serial runs [serial] of [test_x.py], elsewhere map[], 1 units"},
		},
		{
			"groups that nobody has seen",
			func() []File {
				dynamic := file("test_x.py", test("test_a", rest), test("test_b", serial), test("test_c", db), test("test_d", "rest+unit"))
				dynamic.OtherGroups = true
				return []File{dynamic, file("test_y.py", test("test_a", db))}
			}(),
			[]string{
				"//:test_x runs [rest other_groups] of [test_x.py], elsewhere map[group:db:[test_x.py] other_groups+unit:[test_x.py] rest+unit:[test_x.py] serial:[test_x.py]], 1 units",
				"//:test_x_serial runs [serial] of [test_x.py], elsewhere map[group:db:[test_x.py] other_groups:[test_x.py] other_groups+unit:[test_x.py] rest:[test_x.py] rest+unit:[test_x.py]], 1 units",
				"//:test_x_unit runs [rest+unit other_groups+unit] of [test_x.py], elsewhere map[group:db:[test_x.py] other_groups:[test_x.py] rest:[test_x.py] serial:[test_x.py]], 1 units",
				"//:xdist_group_db runs [group:db] of [test_x.py test_y.py], elsewhere map[other_groups:[test_x.py] other_groups+unit:[test_x.py] rest:[test_x.py] rest+unit:[test_x.py] serial:[test_x.py]], 1 units",
			},
		},
		{
			"a group within a file stays there",
			[]File{file("test_x.py", test("test_a", own), test("test_b", own), test("test_c", rest))},
			[]string{"//:test_x runs [rest group:own] of [test_x.py], elsewhere map[], 2 units"},
		},
		{
			"a group over files goes to the lowest common folder",
			[]File{
				file("t/a/test_x.py", test("test_a", db), test("test_b", rest)),
				file("t/b/c/test_y.py", test("test_c", db)),
				file("t/test_z.py", test("test_d", serial), test("test_e", db)),
			},
			[]string{
				"//t:test_z_serial runs [serial] of [t/test_z.py], elsewhere map[group:db:[t/test_z.py]], 1 units",
				"//t:xdist_group_db runs [group:db] of [t/a/test_x.py t/b/c/test_y.py t/test_z.py], elsewhere map[rest:[t/a/test_x.py] serial:[t/test_z.py]], 1 units",
				"//t/a:test_x runs [rest] of [t/a/test_x.py], elsewhere map[group:db:[t/a/test_x.py]], 1 units",
			},
		},
		{
			"split markers make targets of their own",
			[]File{file("test_x.py", test("test_a", "rest+unit"), test("test_b", rest, "serial+e2e+unit"), test("test_c", "group:own+unit"))},
			[]string{
				"//:test_x runs [rest] of [test_x.py], elsewhere map[group:own+unit:[test_x.py] rest+unit:[test_x.py] serial+e2e+unit:[test_x.py]], 1 units",
				"//:test_x_e2e_unit_serial runs [serial+e2e+unit] of [test_x.py], elsewhere map[group:own+unit:[test_x.py] rest:[test_x.py] rest+unit:[test_x.py]], 1 units",
				"//:test_x_unit runs [rest+unit group:own+unit] of [test_x.py], elsewhere map[rest:[test_x.py] serial+e2e+unit:[test_x.py]], 2 units",
			},
		},
		{
			"a name says what sets a target apart from the file's first",
			[]File{file("test_x.py", test("test_a", "rest+unit", "serial+unit", "serial"), test("test_b", "rest+unit"))},
			[]string{
				"//:test_x runs [rest+unit] of [test_x.py], elsewhere map[serial:[test_x.py] serial+unit:[test_x.py]], 2 units",
				"//:test_x_serial runs [serial+unit] of [test_x.py], elsewhere map[rest+unit:[test_x.py] serial:[test_x.py]], 1 units",
				"//:test_x_unmarked_serial runs [serial] of [test_x.py], elsewhere map[rest+unit:[test_x.py] serial+unit:[test_x.py]], 1 units",
			},
		},
		{
			"no common folder but the root",
			[]File{file("a/test_x.py", test("test_a", db)), file("b/test_y.py", test("test_b", db))},
			[]string{"//:xdist_group_db runs [group:db] of [a/test_x.py b/test_y.py], elsewhere map[], 1 units"},
		},
		{
			"folders whose names begin alike have less in common",
			[]File{file("t/ab/test_x.py", test("test_a", db)), file("t/a/test_y.py", test("test_b", db))},
			[]string{"//t:xdist_group_db runs [group:db] of [t/a/test_y.py t/ab/test_x.py], elsewhere map[], 1 units"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := describe(build(t, c.files)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestGroupsOfTestRoots(t *testing.T) {
	var files []File
	for _, root := range []string{"a", "b"} {
		for _, name := range []string{"test_x.py", "test_y.py"} {
			f := file(root+"/"+name, test("test_a", "group:db"))
			f.Root = root
			files = append(files, f)
		}
	}
	want := []string{
		"//a:xdist_group_db runs [group:db] of [a/test_x.py a/test_y.py], elsewhere map[], 1 units",
		"//b:xdist_group_db runs [group:db] of [b/test_x.py b/test_y.py], elsewhere map[], 1 units",
	}
	if got := describe(build(t, files)); !slices.Equal(got, want) {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestGroupsThatCannotBeTogether(t *testing.T) {
	other := file("test_z.py", test("test_a", "group:db"))
	other.Markers.Serial = []string{"alone"}
	_, errs := Build(Input{Files: []File{
		file("test_x.py", test("test_a", "group:db"), test("test_b", "group:own", "group:own+unit")),
		file("test_y.py", test("test_a", "group:db+unit")),
		other,
	}})
	want := []string{
		"test_x.py:1: group:own: its tests bear different split markers (+unit here)",
		"test_y.py:1: group:db: its tests bear different split markers (+unit here)",
		"test_z.py:1: group:db: directives give marks other meanings",
	}
	if len(errs) != len(want) {
		t.Fatalf("%d errors, want %d: %v", len(errs), len(want), errs)
	}
	for i, err := range errs {
		if !strings.HasPrefix(err.Error(), want[i]) {
			t.Errorf("got %q, want it to begin with %q", err, want[i])
		}
	}
}

func TestUnits(t *testing.T) {
	tests := []Test{test("TestA::test_a", model.Rest), test("TestA::test_b", model.Rest), test("test_c", model.Rest)}
	for dist, want := range map[string]int{model.Load: 3, model.LoadGroup: 3, model.LoadScope: 2, model.LoadFile: 1, model.No: 1} {
		f := File{Path: "test_x.py", Settings: Settings{Dist: dist}, Tests: tests}
		if got := build(t, []File{f})[0].Units; got != want {
			t.Errorf("%s: %d units, want %d", dist, got, want)
		}
	}
}

func TestShardCount(t *testing.T) {
	for _, c := range []struct {
		units   int
		seconds float64
		setting ShardSetting
		present int
		want    int
	}{
		{0, 0, Auto, 0, 1},
		{50, 11.9, Auto, 0, 1},
		{50, 12, Auto, 0, 2},
		{500, 80, Auto, 0, 10},
		{500, 80, Auto, 6, 6},
		{500, 80, Auto, 19, 19},
		{500, 80, Auto, 5, 10},
		{500, 80, Auto, 20, 10},
		{500, 8000, Auto, 0, 50},
		{3, 80, Auto, 0, 3},
		{3, 1, Auto, 9, 1},
		{3, 1, 8, 0, 3},
		{300, 1, 8, 2, 8},
		{0, 0, 8, 0, 1},
	} {
		target := Target{Units: c.units, Cost: time.Duration(c.seconds * float64(time.Second)), Runs: []model.Part{model.Rest}}
		target.Settings = Settings{Dist: model.LoadGroup, Shards: c.setting}
		if got := target.ShardCount(c.present); got != c.want {
			t.Errorf("%d units of %v s, setting %d, present %d: %d shards, want %d", c.units, c.seconds, c.setting, c.present, got, c.want)
		}
	}
	for _, alone := range []Target{
		{Runs: []model.Part{"serial+unit"}, Settings: Settings{Dist: model.LoadGroup, Shards: 8}},
		{Runs: []model.Part{model.Rest}, Settings: Settings{Dist: model.No, Shards: 8}},
	} {
		alone.Units = 500
		if got := alone.ShardCount(4); got != 1 {
			t.Errorf("%v by %s: %d shards, want 1", alone.Runs, alone.Dist, got)
		}
	}
}

// randomFiles makes a tree of test files with tests of all parts.
func randomFiles(random *rand.Rand) []File {
	folders := []string{"", "a/", "a/b/", "c/"}
	parts := []model.Part{model.Rest, model.Serial, "group:one", "group:two", "group:three"}
	var files []File
	for i := range 1 + random.Intn(8) {
		f := file(fmt.Sprintf("%stest_%d.py", folders[random.Intn(len(folders))], i))
		for j := range random.Intn(5) {
			var of []model.Part
			for range 1 + random.Intn(2) {
				of = append(of, parts[random.Intn(len(parts))])
			}
			f.Tests = append(f.Tests, test(fmt.Sprintf("test_%d", j), of...))
		}
		files = append(files, f)
	}
	return files
}

// For each file, the targets that share it partition its parts, every one of them
// knows of all others, and each group is run by one target.
func TestBuildPartitions(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 2000 {
		files := randomFiles(random)
		targets := build(t, files)
		groups := map[model.Part]int{}
		for _, target := range targets {
			for _, part := range target.Runs {
				if _, ok := part.Group(); ok {
					groups[part]++
				}
			}
		}
		for group, n := range groups {
			if n != 1 {
				t.Fatalf("%s is run by %d targets:\n%v", group, n, files)
			}
		}
		for _, f := range files {
			checkPartition(t, f, targets)
			checkKnown(t, f.Path, targets)
		}
	}
}

func checkPartition(t *testing.T, f File, targets []Target) {
	t.Helper()
	runs := map[model.Part]int{}
	for _, target := range targets {
		if !slices.Contains(target.Files, f.Path) {
			continue
		}
		for _, part := range f.parts() {
			elsewhere := slices.Contains(target.Elsewhere[part], f.Path)
			here := slices.Contains(target.Runs, part)
			if here == elsewhere {
				t.Fatalf("%s: target %s: part %s is here: %v, elsewhere: %v", f.Path, target.Name, part, here, elsewhere)
			}
			if here {
				runs[part]++
			}
		}
	}
	for _, part := range f.parts() {
		if runs[part] != 1 {
			t.Fatalf("%s: its %s tests run %d times", f.Path, part, runs[part])
		}
	}
}

func TestBuildDoesNotDependOnOrder(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for range 200 {
		files := randomFiles(random)
		want := build(t, files)
		random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		if got := build(t, files); !reflect.DeepEqual(got, want) {
			t.Fatalf("another order of files gives other targets:\n%v\n%v", describe(got), describe(want))
		}
	}
}

// Adding a file without cross-file groups changes no existing target.
func TestAddingAFileChangesNoOtherTarget(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	for range 500 {
		files := randomFiles(random)
		before := build(t, files)
		after := build(t, append(slices.Clone(files), file("a/test_new.py", test("test_a", model.Rest), test("test_b", model.Serial))))
		for _, target := range before {
			if !slices.ContainsFunc(after, func(other Target) bool { return reflect.DeepEqual(target, other) }) {
				t.Fatalf("adding a file changed //%s:%s", target.Package, target.Name)
			}
		}
	}
}

// What cannot be read changes no target, whatever is planned around it.
func TestUnreadFilesKeepTheirTargets(t *testing.T) {
	parts := [][]model.Part{{model.Rest}, {model.Rest, model.Serial}, {model.Serial}, {"group:a"}, {"group:a", "group:b", model.Rest}, {"group:c", model.Serial}}
	random := rand.New(rand.NewSource(1))
	for range 200 {
		var files []File
		for i := range 2 + random.Intn(8) {
			f := timed(fmt.Sprintf("t/f%d/test_%d.py", i%3, i), 1+random.Intn(9))
			f.Tests = nil
			for j, part := range parts[random.Intn(len(parts))] {
				f.Tests = append(f.Tests, Test{ID: fmt.Sprint("test_", j), Line: 1 + j, Parts: []model.Part{part}})
			}
			files = append(files, f)
		}
		before, _ := Build(Input{Files: files})
		for i := range files {
			if random.Intn(2) == 0 {
				files[i].Unread = true
				files[i].Tests = Remembered(files[i].Path, presentOf(before))
			}
		}
		after, problems := Build(Input{Files: files, Present: presentOf(before)})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if got, want := selections(after), selections(before); !slices.Equal(got, want) {
			t.Fatalf("with unread files:\n%s\nwithout:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A new file that cannot be read has a target to itself, in which it fails nobody else's
// tests.
func TestNewUnreadFileIsAlone(t *testing.T) {
	broken := timed("t/test_b.py", 1)
	broken.Unread, broken.Tests = true, nil
	got, _ := Build(Input{Files: []File{timed("t/test_a.py", 1), broken, timed("t/test_c.py", 1)}})
	want := []string{"//t:test_b: t/test_b.py", "//t:xdist_batch_1: t/test_a.py t/test_c.py"}
	if lines := groupings(got); !slices.Equal(lines, want) {
		t.Errorf("targets %q, want %q", lines, want)
	}
}

// selections describes what targets run.
func selections(targets []Target) []string {
	var lines []string
	for _, t := range targets {
		lines = append(lines, fmt.Sprintf("%s: %v runs %v elsewhere %v", label(t.Package, t.Name), t.Files, t.Runs, t.Elsewhere))
	}
	return lines
}

func TestStartable(t *testing.T) {
	for folder, want := range map[string]string{"": "", "a/b": "a/b", "a b": "", "a/b c": "a", "a/b c/d": "a", "a b/c d": ""} {
		if got := Startable(folder); got != want {
			t.Errorf("%q: got %q, want %q", folder, got, want)
		}
	}
}
