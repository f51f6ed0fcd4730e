package gazelle_ext

import (
	"fmt"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

// planTests turns the tests that reading a file showed into the planner's. The errors
// are of marks that no target can be made of.
func planTests(file string, module *pyscan.File, in settings) ([]plan.Test, []error) {
	rules := testparts.Rules{Markers: model.DefaultMarkers(), Groups: in.dist == plan.LoadGroup}
	var tests []plan.Test
	var errs []error
	for _, t := range module.Tests {
		parts, problems := rules.Of(t)
		for _, p := range problems {
			errs = append(errs, fmt.Errorf("%s:%d: %s", file, p.Line, p.Text))
		}
		tests = append(tests, plan.Test{ID: t.ID, Line: t.Line, Parts: parts})
	}
	return tests, errs
}
