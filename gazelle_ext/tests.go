package gazelle_ext

import (
	"fmt"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

// planTests turns the tests that reading a file showed into the planner's, and tells
// report of marks that no target can be made of.
func planTests(file string, module *pyscan.File, in settings, report *report) []plan.Test {
	rules := testparts.Rules{Markers: model.DefaultMarkers(), Groups: in.dist == model.LoadGroup}
	warnUnreadable(file, module.Unreadable, report)
	var tests []plan.Test
	for _, t := range module.Tests {
		parts, problems := rules.Of(t)
		for _, p := range problems {
			text := fmt.Errorf("%s:%d: %s", file, p.Line, p.Text)
			if p.Unreadable {
				// Right for pytest, and if it is a group of no target, the test's own
				// shard says so by name.
				report.warn(text)
				continue
			}
			report.add(text)
		}
		tests = append(tests, plan.Test{ID: t.ID, Line: t.Line, Parts: parts, Presumed: t.Presumed})
	}
	return tests
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
	report.warn(fmt.Errorf("%s:%d: %s%s", file, notes[0].Line, notes[0].Text, more))
}
