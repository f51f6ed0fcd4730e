package census

import (
	"fmt"
	"strings"
)

// Kind is a way in which a test and the targets disagree.
type Kind int

// The kinds, in the order in which the findings of one test are reported.
const (
	// Static is a verdict of the census itself, about no test in particular.
	Static Kind = iota
	// Lost: no target runs the test.
	Lost
	// Doubled: more than one target runs the test.
	Doubled
	// SplitGroup: tests of the test's group are run by other targets too.
	SplitGroup
	// Parallel: the test is serial, but none of the targets that hold its file
	// runs serial tests. What they run, they run beside other tests.
	Parallel
)

// Finding is one disagreement. Findings are ordered by node id, then by kind.
type Finding struct {
	NodeID  string
	Kind    Kind
	Detail  string   // the group's name, the part that is Lost, or the static half's message
	Targets []string // that run the test or, when it is Lost or Parallel, hold its file
	Others  []string // that run other tests of the group
}

// String says what is wrong with which test, and how to put it right.
func (f Finding) String() string {
	targets := strings.Join(f.Targets, ", ")
	switch f.Kind {
	case Static:
		return "census: " + f.Detail
	case Lost:
		if len(f.Targets) == 0 {
			return f.NodeID + ": lost: its file is in no target; run Gazelle"
		}
		return fmt.Sprintf("%s: lost: its file is in %s, but no target runs the file's %s; run Gazelle, or if a hook adds the mark, write it in the source", f.NodeID, targets, f.Detail)
	case Doubled:
		return fmt.Sprintf("%s: doubled: run by %s; let one of them run it", f.NodeID, targets)
	case SplitGroup:
		return fmt.Sprintf("%s: in a split group: run by %s, others of group %q by %s; run Gazelle", f.NodeID, targets, f.Detail, strings.Join(f.Others, ", "))
	case Parallel:
		return fmt.Sprintf("%s: parallel though serial: its file is in %s, none of which runs serial tests; run Gazelle, or if a hook adds the mark, write it in the source", f.NodeID, targets)
	default:
		return fmt.Sprintf("%s: finding of unknown kind %d", f.NodeID, f.Kind)
	}
}
