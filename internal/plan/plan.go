// Package plan decides which targets a repository's test files become: level 1
// of the design. It is pure: it knows test files, their tests and parts, and the
// targets that BUILD files have now, and says targets. It reads no file, and knows
// nothing of Gazelle or Bazel's labels.
//
// The tests of a file that no other file's tests must share a process with are its
// shares: its serial ones, and the others, each cut by split markers. A share
// becomes a target, or joins other small shares in a batch (batch.go); a group whose
// tests stand in several files becomes a target at the lowest folder that holds them
// all. For each file, the targets that share it partition its tests, and each of them
// knows which parts the others run.
package plan

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// File is a test file and what reading its source showed.
type File struct {
	// Path is relative to the repository's root, with slashes.
	Path string
	Settings
	Module Module
	// Tests are the statically visible tests, in the file's order.
	Tests []Test
	// Unread says that its tests cannot be told. They are those that present targets
	// remember, which stay; if there are none, the file gets a target to itself.
	Unread bool
	// OtherGroups says that groups which only a running pytest shows stay with the file.
	OtherGroups bool
	// Given says that another tool makes a target of the file, so that Build makes
	// none but those of groups over several files. See Split.
	Given bool
}

// Settings are in force in a test file's folder.
type Settings struct {
	// Root is the test root: groups and batches do not reach beyond it.
	Root string
	// Top is the highest folder in which a batch with the file may be.
	Top  string
	Dist string
	// Markers say which marks make parts.
	Markers model.Markers
	// Worth and Shards are what directives say.
	Worth  BatchSetting
	Shards ShardSetting
	// Weighed says whether targets of several shards get weights.
	Weighed bool
}

// Module is how pytest imports a test file: by a name below a folder that it puts on
// sys.path. Names below different folders must not begin alike in one process.
// https://docs.pytest.org/en/stable/explanation/pythonpath.html
type Module struct {
	Folder, Name string
}

// topName is the first part of the module's name.
func (m Module) topName() string {
	top, _, _ := strings.Cut(m.Name, ".")
	return top
}

// Test is a test function or method.
type Test struct {
	// ID is the node id without the file, e.g. "TestA::test_b".
	ID string
	// Line is where it is defined, from 1.
	Line int
	// Parts are those that its items can fall into.
	Parts []model.Part
	// Presumed says that only a running pytest knows whether there is such a test.
	Presumed bool
	// Recorded is how long its items took together, zero if that is not known.
	Recorded time.Duration
	// Items is how many these were.
	Items int
}

// Target is a test target to be generated.
type Target struct {
	// Package is the folder of its BUILD file, relative to the repository's root.
	Package string
	Name    string
	// Files are the test files whose tests it runs, sorted.
	Files []string
	Settings
	// Runs are the parts of these files' tests that it runs.
	Runs []model.Part
	// Elsewhere maps a part to those of the files, sorted, whose tests of that part
	// another target runs.
	Elsewhere map[model.Part][]string
	// Units is how many units its tests make, as far as the source tells.
	Units int
	// Cost is how long its tests are expected to take.
	Cost time.Duration
	// Batch says that its files only share it to start pytest once.
	Batch bool
	// Origin is where the target comes from, "path:line", for messages.
	Origin string
	// Unread says that it has a file which is.
	Unread bool
	// timed are those of its tests of which it is known how long they take.
	timed []timedTest
}

// Serial says whether the target must run alone.
func (t Target) Serial() bool { return slices.ContainsFunc(t.Runs, model.Part.Serial) }

// Input is what targets are planned from.
type Input struct {
	Files []File
	// Present are the test targets that BUILD files have now.
	Present []Present
	// MayHold says whether a folder may have a BUILD file with targets for files of
	// folders below it; nil means that each may. Those with test files always may.
	MayHold func(folder string) bool
}

// home returns the folder of a target for files of the given folders: the lowest that
// holds them all and may have a BUILD file.
type home func(folders ...string) string

func (in Input) home(folders ...string) string {
	folder := Startable(LowestCommonFolder(folders...))
	for folder != "" && in.MayHold != nil && !in.MayHold(folder) {
		folder = PackageOf(folder)
	}
	return folder
}

// Startable returns the lowest folder, the given one or above it, in which Bazel can start
// tests. Its test set-up (tools/test/test-setup.sh) does not quote the path of a test, so it
// finds none with a space in it. Their sources may have such paths.
func Startable(folder string) string {
	for strings.Contains(folder, " ") {
		folder = PackageOf(folder)
	}
	return folder
}

// A Problem keeps files from being planned: they are to be planned as Unread.
type Problem struct {
	Files []string
	Text  string
}

func (p Problem) Error() string { return p.Text }

// Build returns the targets for files, sorted by package and name, and what is wrong
// with the files' groups. Which files share a target is taken from the present ones as
// far as that is still right. The result does not depend on the order of the input.
func Build(in Input) ([]Target, []Problem) {
	files := slices.Clone(in.Files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	for i := range files {
		files[i].Top = Startable(files[i].Top)
	}
	kept := keptParts(in.Present)
	crossing := crossFileGroups(files, kept)
	problems := checkGroups(files)
	present := slices.Clone(in.Present)
	slices.SortFunc(present, func(a, b Present) int { return strings.Compare(a.label(), b.label()) })
	var targets []Target
	for _, group := range crossing {
		targets = append(targets, group.target(present, in.home))
	}
	targets = append(targets, shareTargets(sharesOf(files, crossing, kept), present, in.home)...)
	slices.SortFunc(targets, compareTargets)
	return targets, problems
}

// compareTargets orders by package and name. Of two of one name, that with tests of the
// package's own folder is first, and so has the first choice of a name.
func compareTargets(a, b Target) int {
	fromBelow := func(t Target) int { return len(PackageOf(t.Files[0])) }
	return cmp.Or(
		strings.Compare(a.Package, b.Package),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(fromBelow(a), fromBelow(b)),
		strings.Compare(a.Files[0], b.Files[0]))
}

// parts returns the parts of f's tests, sorted. A file in which no test is
// visible still has a rest: tests may appear only when pytest runs.
func (f File) parts() []model.Part {
	var parts []model.Part
	for _, t := range f.Tests {
		parts = append(parts, t.Parts...)
	}
	if len(parts) == 0 {
		parts = []model.Part{model.Rest}
	}
	if f.OtherGroups {
		parts = append(parts, otherGroups(parts)...)
	}
	slices.SortFunc(parts, model.ComparePart)
	return slices.Compact(parts)
}

// otherGroups returns the parts of groups that nobody has seen, for tests that have split
// markers as some of the seen parts.
func otherGroups(seen []model.Part) []model.Part {
	var parts []model.Part
	for _, part := range seen {
		if !part.Serial() {
			parts = append(parts, model.OtherGroups+model.Part(part.Markers()))
		}
	}
	if len(parts) == 0 {
		return []model.Part{model.OtherGroups}
	}
	return parts
}

// lineOf returns the line of f's first test with that part, or 1.
func (f File) lineOf(part model.Part) int {
	for _, t := range f.Tests {
		if slices.Contains(t.Parts, part) {
			return t.Line
		}
	}
	return 1
}

func (f File) stem() string { return strings.TrimSuffix(path.Base(f.Path), ".py") }

// newTarget returns the target that runs the given parts of files; every other
// part of theirs is run elsewhere.
func newTarget(name, pkg string, files []File, runs []model.Part) Target {
	t := Target{
		Package:   pkg,
		Name:      name,
		Settings:  files[0].Settings,
		Runs:      runs,
		Elsewhere: map[model.Part][]string{},
		Units:     units(files, runs),
		Origin:    origin(files[0], runs),
	}
	for _, f := range files {
		t.Files = append(t.Files, f.Path)
		t.Cost += f.cost(runs)
		t.Unread = t.Unread || f.Unread
		t.timed = append(t.timed, f.timed(runs)...)
		for _, part := range f.parts() {
			if !slices.Contains(runs, part) {
				t.Elsewhere[part] = append(t.Elsewhere[part], f.Path)
			}
		}
	}
	return t
}

// PackageOf returns the folder of a file, "" for the repository's root.
func PackageOf(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}

// Within says whether folder is outer or below it.
func Within(folder, outer string) bool {
	return outer == "" || folder == outer || strings.HasPrefix(folder, outer+"/")
}

// LowestCommonFolder returns the deepest folder that holds all the folders.
func LowestCommonFolder(folders ...string) string {
	common := folders[0]
	for _, folder := range folders {
		for !Within(folder, common) {
			common = PackageOf(common)
		}
	}
	return common
}
