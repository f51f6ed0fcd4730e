// Package plan decides which targets a repository's test files become: level 1
// of the design. It is pure: it knows test files, their tests and parts, and
// says targets. It reads no file, and knows nothing of Gazelle or Bazel's labels.
//
// Every test file gets a target of its own for the tests that nothing else
// claims; its serial tests get a second one; a group whose tests stand in several
// files becomes one target at the lowest folder that holds them all. For each
// file, the targets that share it partition its tests, and each of them knows
// which parts the others run.
package plan

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// File is a test file and what reading its source showed.
type File struct {
	// Path is relative to the repository's root, with slashes.
	Path string
	// Dist is the distribution mode in force in the file's folder.
	Dist string
	// Tests are the statically visible tests, in the file's order.
	Tests []Test
	// Given says that another tool makes a target of the file, so that Build makes
	// none but those of groups over several files. See Split.
	Given bool
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
}

// Target is a test target to be generated.
type Target struct {
	// Package is the folder of its BUILD file, relative to the repository's root.
	Package string
	Name    string
	// Files are the test files whose tests it runs, sorted.
	Files []string
	Dist  string
	// Runs are the parts of these files' tests that it runs.
	Runs []model.Part
	// Elsewhere maps a part to those of the files, sorted, whose tests of that part
	// another target runs.
	Elsewhere map[model.Part][]string
	// Units is how many units its tests make, as far as the source tells.
	Units int
	// Origin is where the target comes from, "path:line", for messages.
	Origin string
}

// Serial says whether the target must run alone.
func (t Target) Serial() bool { return slices.Contains(t.Runs, model.Serial) }

// Build returns the targets for files, sorted by package and name. The result
// does not depend on the order of files.
func Build(files []File) []Target {
	files = slices.Clone(files)
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	crossing := crossFileGroups(files)
	var targets []Target
	for _, f := range files {
		if !f.Given {
			targets = append(targets, fileTargets(f, crossing)...)
		}
	}
	for group, members := range crossing {
		targets = append(targets, groupTarget(group, members))
	}
	sort.Slice(targets, func(i, j int) bool {
		a, b := targets[i], targets[j]
		if a.Package != b.Package {
			return a.Package < b.Package
		}
		return a.Name < b.Name
	})
	return targets
}

// parts returns the parts of f's tests, sorted. A file in which no test is
// visible still has a rest: tests may appear only when pytest runs.
func (f File) parts() []model.Part {
	var parts []model.Part
	for _, t := range f.Tests {
		parts = append(parts, t.Parts...)
	}
	if len(parts) == 0 {
		return []model.Part{model.Rest}
	}
	slices.SortFunc(parts, model.ComparePart)
	return slices.Compact(parts)
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

// crossFileGroups returns the groups whose tests stand in more than one file,
// with those files.
func crossFileGroups(files []File) map[model.Part][]File {
	members := map[model.Part][]File{}
	for _, f := range files {
		for _, part := range f.parts() {
			if _, ok := part.Group(); ok {
				members[part] = append(members[part], f)
			}
		}
	}
	for part, files := range members {
		if len(files) < 2 {
			delete(members, part)
		}
	}
	return members
}

// fileTargets returns the targets that f has for itself: its own, unless other
// targets run all of its tests, and its serial part.
func fileTargets(f File, crossing map[model.Part][]File) []Target {
	var own, serial []model.Part
	for _, part := range f.parts() {
		switch {
		case part == model.Serial:
			serial = append(serial, part)
		case crossing[part] == nil:
			own = append(own, part)
		}
	}
	stem := strings.TrimSuffix(path.Base(f.Path), ".py")
	var targets []Target
	if len(own) > 0 {
		targets = append(targets, newTarget(stem, PackageOf(f.Path), []File{f}, own))
	}
	if len(serial) > 0 {
		targets = append(targets, newTarget(stem+"_serial", PackageOf(f.Path), []File{f}, serial))
	}
	return targets
}

func groupTarget(group model.Part, members []File) Target {
	name, _ := group.Group()
	folders := make([]string, len(members))
	for i, f := range members {
		folders[i] = PackageOf(f.Path)
	}
	return newTarget("xdist_group_"+name, lowestCommonFolder(folders), members, []model.Part{group})
}

// newTarget returns the target that runs the given parts of files; every other
// part of theirs is run elsewhere.
func newTarget(name, pkg string, files []File, runs []model.Part) Target {
	t := Target{
		Package:   pkg,
		Name:      name,
		Dist:      files[0].Dist,
		Runs:      runs,
		Elsewhere: map[model.Part][]string{},
		Units:     units(files, runs),
		Origin:    origin(files[0], runs[0]),
	}
	for _, f := range files {
		t.Files = append(t.Files, f.Path)
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

// lowestCommonFolder returns the deepest folder that holds all the folders.
func lowestCommonFolder(folders []string) string {
	common := strings.Split(folders[0], "/")
	for _, folder := range folders[1:] {
		parts := strings.Split(folder, "/")
		n := 0
		for n < len(common) && n < len(parts) && common[n] == parts[n] {
			n++
		}
		common = common[:n]
	}
	return strings.Join(common, "/")
}
