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

// worth is that of the tests here: one second.
const worth = BatchSetting(time.Second)

// timed returns a file of one test that takes so many tenths of a second in all.
func timed(path string, tenths int) File {
	f := file(path, Test{ID: "test_a", Line: 1, Parts: []model.Part{model.Rest},
		Recorded: time.Duration(tenths)*time.Second/10 - costOfFile})
	f.Worth = worth
	f.Module = Module{Folder: "", Name: "package." + path}
	return f
}

// presentOf returns targets as BUILD files hold them.
func presentOf(targets []Target) []Present {
	var present []Present
	for _, t := range targets {
		present = append(present, Present{Package: t.Package, Name: t.Name, Files: t.Files, Runs: t.Runs})
	}
	return present
}

// groupings describes targets as "label: file file".
func groupings(targets []Target) []string {
	var lines []string
	for _, t := range targets {
		lines = append(lines, label(t.Package, t.Name)+": "+strings.Join(t.Files, " "))
	}
	return lines
}

func TestBatches(t *testing.T) {
	batch := func(pkg, name string, files ...string) Present {
		return Present{Package: pkg, Name: name, Files: files, Runs: []model.Part{model.Rest}}
	}
	fixed := func(name string, runs model.Part, files ...string) Present {
		return Present{Package: "t", Name: name, Files: files, Runs: []model.Part{runs}, Fixed: true}
	}
	for _, c := range []struct {
		name    string
		files   []File
		present []Present
		want    []string
	}{
		{
			"small files are together until they are worth it",
			[]File{timed("t/test_a.py", 4), timed("t/test_b.py", 4), timed("t/test_c.py", 4), timed("t/test_d.py", 5), timed("t/test_e.py", 5)},
			nil,
			[]string{"//t:xdist_batch_1: t/test_a.py t/test_b.py t/test_c.py", "//t:xdist_batch_2: t/test_d.py t/test_e.py"},
		},
		{
			"a file that is worth it is alone",
			[]File{timed("t/test_a.py", 4), timed("t/test_b.py", 12), timed("t/test_c.py", 6)},
			nil,
			[]string{"//t:test_b: t/test_b.py", "//t:xdist_batch_1: t/test_a.py t/test_c.py"},
		},
		{
			"company is looked for in the folder first, then above",
			[]File{timed("t/a/test_a.py", 3), timed("t/b/test_b.py", 6), timed("t/b/test_c.py", 6), timed("t/d/test_d.py", 3)},
			nil,
			[]string{"//t:xdist_batch_1: t/a/test_a.py t/d/test_d.py", "//t/b:xdist_batch_1: t/b/test_b.py t/b/test_c.py"},
		},
		{
			"a large neighbour takes what is left",
			[]File{timed("t/test_a.py", 1), timed("t/test_b.py", 11)},
			nil,
			[]string{"//t:xdist_batch_1: t/test_a.py t/test_b.py"},
		},
		{
			"unless that would be too large",
			[]File{timed("t/test_a.py", 1), timed("t/test_b.py", 20)},
			nil,
			[]string{"//t:test_a: t/test_a.py", "//t:test_b: t/test_b.py"},
		},
		{
			"a present batch stays, under any name, while it is not too large or too small",
			[]File{timed("t/test_a.py", 3), timed("t/test_b.py", 6), timed("t/test_c.py", 6), timed("t/test_d.py", 5)},
			[]Present{batch("t", "quick", "t/test_b.py", "t/test_c.py"), batch("t", "test_d", "t/test_d.py"), batch("t", "xdist_batch_9", "t/test_a.py", "t/gone.py")},
			[]string{"//t:quick: t/test_b.py t/test_c.py", "//t:xdist_batch_9: t/test_a.py t/test_d.py"},
		},
		{
			"a present batch that is too large is cut",
			[]File{timed("t/test_a.py", 6), timed("t/test_b.py", 6), timed("t/test_c.py", 6)},
			[]Present{batch("t", "quick", "t/test_a.py", "t/test_b.py", "t/test_c.py")},
			[]string{"//t:quick: t/test_a.py t/test_b.py", "//t:test_c: t/test_c.py"},
		},
		{
			"nonsense: a file twice, files of other folders, one that is too much",
			[]File{timed("t/test_a.py", 5), timed("t/test_b.py", 5), timed("u/test_c.py", 5)},
			[]Present{batch("t", "one", "t/test_b.py", "t/test_b.py", "u/test_c.py"), batch("t", "two", "t/test_b.py", "t/test_a.py")},
			[]string{"//t:test_a: t/test_a.py", "//t:test_b: t/test_b.py", "//u:test_c: u/test_c.py"},
		},
		{
			"a batch that is named as one of its files would be gets another name",
			[]File{timed("t/test_a.py", 5), timed("t/test_b.py", 5)},
			[]Present{batch("t", "test_a", "t/test_a.py", "t/test_b.py")},
			[]string{"//t:xdist_batch_1: t/test_a.py t/test_b.py"},
		},
		{
			"what is fixed stays as it is",
			[]File{timed("t/test_a.py", 1), timed("t/test_b.py", 1), timed("t/test_c.py", 9), timed("t/test_d.py", 9), timed("t/test_e.py", 9)},
			[]Present{
				{Package: "t", Name: "slow", Files: []string{"t/test_a.py"}, Runs: []model.Part{model.Rest}, Fixed: true},
				{Package: "t", Name: "large", Files: []string{"t/test_c.py", "t/test_d.py", "t/test_e.py", "t/gone.py"}, Runs: []model.Part{model.Rest}, Fixed: true},
			},
			[]string{"//t:large: t/test_c.py t/test_d.py t/test_e.py", "//t:slow: t/test_a.py", "//t:test_b: t/test_b.py"},
		},
		{
			"what is fixed stays also where a file has several targets, or its tests other marks now",
			[]File{
				file("t/test_a.py", test("test_a", "rest", "group:db"), test("test_b", "serial")),
				file("t/test_b.py", test("test_a", "serial")),
				file("t/test_c.py", test("test_a", "serial")),
				file("t/test_d.py", test("test_a", "serial")),
			},
			[]Present{
				fixed("mine", model.Rest, "t/test_a.py"),
				fixed("mine_alone", model.Serial, "t/test_a.py"),
				fixed("quick", model.Rest, "t/test_b.py", "t/test_c.py"),
				fixed("test_d", model.Rest, "t/test_d.py"),
				fixed("test_d_serial", model.Serial, "t/test_d.py"),
			},
			[]string{
				"//t:mine: t/test_a.py", "//t:mine_alone: t/test_a.py",
				"//t:quick: t/test_b.py t/test_c.py", "//t:test_d_serial: t/test_d.py",
			},
		},
		{
			"what is fixed stays the target of its group",
			[]File{file("t/test_a.py", test("test_a", "rest", "group:db")), file("t/test_b.py", test("test_b", "group:db"))},
			[]Present{fixed("database", "group:db", "t/test_a.py", "t/test_b.py")},
			[]string{"//t:database: t/test_a.py t/test_b.py", "//t:test_a: t/test_a.py"},
		},
		{
			"what is kept is not planned",
			[]File{timed("t/test_a.py", 1), timed("t/test_b.py", 1)},
			[]Present{{Package: "t", Name: "mine", Files: []string{"t/test_a.py"}, Runs: []model.Part{model.Rest}, Kept: true}},
			[]string{"//t:test_b: t/test_b.py"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			targets, errs := Build(Input{Files: c.files, Present: c.present})
			if got := groupings(targets); !slices.Equal(got, c.want) || len(errs) > 0 {
				t.Errorf("got:\n  %s\nwant:\n  %s\nerrors: %v", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "), errs)
			}
		})
	}
}

// A folder that may have no BUILD file of its own leaves its targets to one above.
func TestHome(t *testing.T) {
	in := Input{
		Files: []File{
			timed("t/a/test_a.py", 3), timed("t/b/test_b.py", 3), timed("u/test_c.py", 12),
			file("t/a/test_d.py", test("test_a", "group:db")), file("t/b/test_e.py", test("test_a", "group:db")),
		},
		MayHold: func(folder string) bool { return folder != "t" },
	}
	want := []string{
		"//:xdist_batch_1: t/a/test_a.py t/b/test_b.py",
		"//:xdist_group_db: t/a/test_d.py t/b/test_e.py",
		"//u:test_c: u/test_c.py",
	}
	targets, _ := Build(in)
	if got := groupings(targets); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	in.Present = presentOf(targets)
	if again, _ := Build(in); !reflect.DeepEqual(again, targets) {
		t.Errorf("not stable: %q", groupings(again))
	}
}

// Shares of other kinds, settings or test roots are never in one target, nor modules that
// one process cannot import.
func TestBatchesOfOneClass(t *testing.T) {
	files := []File{timed("t/test_a.py", 1), timed("t/test_b.py", 1), timed("t/test_c.py", 1), timed("t/test_d.py", 1), timed("t/test_e.py", 1), timed("t/test_f.py", 1)}
	files[0].Tests[0].Parts = []model.Part{model.Serial}
	files[1].Tests[0].Parts = []model.Part{"rest+unit"}
	files[2].Dist = model.LoadFile
	files[3].Markers.Serial = []string{"alone"}
	files[4].Worth = BatchOff
	for _, target := range build(t, files) {
		if target.Batch {
			t.Errorf("%s holds %v", target.Name, target.Files)
		}
	}
	same := []File{timed("a/test_x.py", 1), timed("b/test_x.py", 1), timed("c/test_x.py", 1)}
	same[0].Module = Module{"a", "test_x"}
	same[1].Module = Module{"b", "test_x"}
	same[2].Module = Module{"c", "c.test_x"}
	want := []string{"//:xdist_batch_1: a/test_x.py c/test_x.py", "//b:test_x: b/test_x.py"}
	if got := groupings(build(t, same)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// changed returns the targets that are there before and after, with other inputs: those
// that run again though they need not be new.
func changed(before, after []Target) []string {
	var labels []string
	for _, b := range before {
		for _, a := range after {
			if label(a.Package, a.Name) == label(b.Package, b.Name) &&
				!(slices.Equal(a.Files, b.Files) && slices.Equal(a.Runs, b.Runs) && reflect.DeepEqual(a.Elsewhere, b.Elsewhere)) {
				labels = append(labels, label(a.Package, a.Name))
			}
		}
	}
	return labels
}

// history is a repository over time: its files and its targets.
type history struct {
	t       *testing.T
	random  *rand.Rand
	files   []File
	targets []Target
}

var historyFolders = []string{"", "a/", "a/b/", "a/b/c/", "a/d/", "e/", "e/f/"}

func (h *history) newFile() File {
	path := fmt.Sprintf("%stest_%d.py", historyFolders[h.random.Intn(len(historyFolders))], h.random.Intn(1000))
	f := timed(path, 1+h.random.Intn(14))
	if h.random.Intn(4) == 0 {
		f.Module = Module{PackageOf(path), fmt.Sprintf("test_%d", h.random.Intn(5))}
	}
	if h.random.Intn(5) == 0 {
		f.Tests = append(f.Tests, test("test_b", model.Serial))
	}
	if h.random.Intn(5) == 0 {
		f.Tests = append(f.Tests, test("test_c", model.GroupNamed(f.stem())))
	}
	return f
}

// step applies one change, checks what holds at all times, and returns the targets that
// it changed.
func (h *history) step(files []File) []string {
	h.t.Helper()
	targets, errs := Build(Input{Files: files, Present: presentOf(h.targets)})
	if len(errs) > 0 {
		h.t.Fatal(errs)
	}
	again, _ := Build(Input{Files: files, Present: presentOf(targets)})
	if !reflect.DeepEqual(again, targets) {
		h.t.Fatalf("not stable:\n%s\nthen:\n%s", strings.Join(groupings(targets), "\n"), strings.Join(groupings(again), "\n"))
	}
	for _, f := range files {
		checkPartition(h.t, f, targets)
		checkKnown(h.t, f.Path, targets)
	}
	for _, target := range targets {
		if target.Batch && tooLarge(target.Cost, time.Duration(worth)) {
			h.t.Fatalf("%s of %v takes %v", target.Name, target.Files, target.Cost)
		}
	}
	checkCompany(h.t, files, targets)
	result := changed(h.targets, targets)
	h.files, h.targets = files, targets
	return result
}

// checkCompany fails when a target is too small and could have been one with another.
func checkCompany(t *testing.T, files []File, targets []Target) {
	t.Helper()
	byPath := map[string]File{}
	for _, f := range files {
		byPath[f.Path] = f
	}
	var clusters []*cluster
	for _, target := range targets {
		if !slices.Equal(target.Runs, []model.Part{model.Rest}) {
			continue // The second share of a file, or one with groups.
		}
		all := newCluster(share{file: byPath[target.Files[0]], runs: target.Runs})
		for _, path := range target.Files[1:] {
			all.join(newCluster(share{file: byPath[path], runs: target.Runs}), LowestCommonFolder)
		}
		clusters = append(clusters, all)
	}
	for i, c := range clusters {
		for j, d := range clusters {
			if i != j && c.isSmall() && c.fits(d) {
				t.Fatalf("the target of %s could be one with that of %s", c.shares[0].file.Path, d.shares[0].file.Path)
			}
		}
	}
}

// The bounds of docs/batches.md, over random histories.
func TestHistories(t *testing.T) {
	for seed := range int64(100) {
		h := &history{t: t, random: rand.New(rand.NewSource(seed))}
		for range 60 {
			files := slices.Clone(h.files)
			i := 0
			if len(files) > 0 {
				i = h.random.Intn(len(files))
			}
			what, bound := "", 1
			switch action := h.random.Intn(8); {
			case action < 4 || len(files) == 0:
				f := h.newFile()
				if slices.ContainsFunc(files, func(g File) bool { return g.Path == f.Path }) {
					continue
				}
				what, files = "adding "+f.Path, append(files, f)
			case action < 6:
				what, files = "removing "+files[i].Path, slices.Delete(files, i, i+1)
			case action == 6:
				f := h.newFile()
				if slices.ContainsFunc(files, func(g File) bool { return g.Path == f.Path }) {
					continue
				}
				f.Tests, bound = files[i].Tests, 2
				what, files[i] = "renaming "+files[i].Path+" to "+f.Path, f
			default:
				what, bound = "another duration of "+files[i].Path, 2
				tests := slices.Clone(files[i].Tests)
				tests[0].Recorded = time.Duration(1+h.random.Intn(20))*time.Second/10 - costOfFile
				files[i].Tests = tests
			}
			before := groupings(h.targets)
			if got := h.step(files); len(got) > bound {
				t.Fatalf("seed %d: %s changed %v:\n  %s\nnow\n  %s", seed, what, got, strings.Join(before, "\n  "), strings.Join(groupings(h.targets), "\n  "))
			}
		}
	}
}
