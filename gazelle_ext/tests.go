package gazelle_ext

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

// testFiles returns the planner's view of the test files.
func (s *survey) testFiles(recorded durations.Tests, report *report) []plan.File {
	var files []plan.File
	for _, f := range s.folders {
		if len(f.tests) == 0 {
			continue
		}
		ofFolder := s.planSettings(f)
		for _, name := range f.tests {
			in := ofFolder
			file := path.Join(f.rel, name)
			if s.readsBeside(file) {
				// It reads files beside it, which only targets of its package can glob.
				in.Top = f.rel
			}
			planned := plan.File{
				Path:        file,
				Settings:    in,
				Module:      s.pytestModule(file),
				Tests:       planTests(file, s.modules[file], f.settings, recorded[file], report),
				Given:       f.settings.beside(),
				OtherGroups: f.settings.dist == model.LoadGroup && f.settings.keepsDynamicGroups(name),
			}
			if parts := s.doctestParts(f, name); parts != nil {
				planned.Tests = append(planned.Tests, plan.Test{Parts: parts, Presumed: true})
			}
			if planned.Given {
				s.given[file] = planned
				s.hasTargets[in.Root] = true
			}
			files = append(files, planned)
		}
	}
	return files
}

func (s *survey) planSettings(f *folder) plan.Settings {
	return plan.Settings{
		Root:    f.settings.testRoot,
		Top:     s.topOfBatches(f),
		Dist:    f.settings.dist,
		Markers: f.settings.markers,
		Worth:   f.settings.worth,
		Shards:  f.settings.shards,
		Weighed: f.settings.weighed,
	}
}

// topOfBatches returns the highest folder in which a batch with f's tests may be: the
// first from f upwards above which there is no BUILD file of ours, or where something
// begins: a Python root or project, whose tests `bazel test //project/...` is to run, or
// other directives, which hold for a target only in their own folder and below.
func (s *survey) topOfBatches(f *folder) string {
	for f.rel != "" && f.rel != f.settings.pythonRoot && !f.isProject() && (f.build == nil || len(f.build.Directives) == 0) {
		above := s.folders[plan.PackageOf(f.rel)]
		if !above.writes() {
			break
		}
		f = above
	}
	return f.rel
}

// isProject says whether a Python distribution is made from the folder.
func (f *folder) isProject() bool {
	return f.has("pyproject.toml") || f.has("setup.py") || f.has("setup.cfg")
}

// pytestModule returns how pytest imports a test file.
func (s *survey) pytestModule(file string) plan.Module {
	folder := s.importBase(plan.PackageOf(file))
	return plan.Module{Folder: folder, Name: dotted(folder, strings.TrimSuffix(file, ".py"))}
}

// planTests turns the tests that reading a file showed into the planner's, and tells
// report of marks that no target can be made of.
func planTests(file string, module *pyscan.File, in settings, recorded map[string]durations.Function, report *report) []plan.Test {
	rules := testparts.Rules{Markers: in.markers, Groups: in.dist == model.LoadGroup}
	warnUnreadable(file, module.Unreadable, report)
	var tests []plan.Test
	for _, t := range module.Tests {
		parts, problems := rules.Of(t)
		for _, p := range problems {
			text := fmt.Errorf("%s:%d: %s", cmp.Or(p.File, file), p.Line, p.Text)
			switch {
			case p.Unreadable && in.keepsDynamicGroups(path.Base(file)):
				continue
			case p.Unreadable:
				// Right for pytest, and if it is a group of no target, the test's own
				// shard says so by name.
				report.in(plan.PackageOf(file)).warn(text)
				continue
			}
			report.in(plan.PackageOf(file)).add(text)
		}
		test := plan.Test{ID: t.ID, Line: t.Line, Parts: parts, Presumed: t.Presumed}
		test.Recorded, test.Items = recordOf(t, recorded)
		tests = append(tests, test)
	}
	return tests
}

// recordOf returns how long a test took by the record, all its items together, and how
// many they were. A presumed test may stand for all that a class inherits from other files.
func recordOf(t pyscan.Test, recorded map[string]durations.Function) (time.Duration, int) {
	took := recorded[t.ID]
	if t.Presumed {
		for _, id := range slices.Sorted(maps.Keys(recorded)) {
			if strings.HasPrefix(id, t.ID+"::") {
				took = took.Add(recorded[id])
			}
		}
	}
	if took.Items == 0 {
		return 0, 0
	}
	// Zero would mean that nothing is known.
	return max(time.Nanosecond, time.Duration(took.Seconds*float64(time.Second))), took.Items
}

// warnUnreadable tells of marks that cannot be read, once a file: most are skips of
// helper modules, by the dozen, and of those that matter the shards say so by name.
func warnUnreadable(file string, notes []pyscan.Note, report *report) {
	if len(notes) == 0 {
		return
	}
	more := ""
	if n := len(notes) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more in this file)", n)
	}
	report.in(plan.PackageOf(file)).warn(fmt.Errorf("%s:%d: %s%s", file, notes[0].Line, notes[0].Text, more))
}
