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
	// Unused: a pattern of the census' left_out leaves out nothing.
	Unused
	// Uncollectable: a file or a target of which nothing else is known.
	Uncollectable
	// Lost: no target runs the test.
	Lost
	// Renamed: its target has it by another node id.
	Renamed
	// Extra: a target runs it, and a plain pytest does not have it.
	Extra
	// Doubled: more than one target runs the test.
	Doubled
	// SplitGroup: tests of the test's group are run by other targets too.
	SplitGroup
	// Parallel: the test is serial, but none of the targets that hold its file
	// runs serial tests. What they run, they run beside other tests.
	Parallel
)

// Cause is why a test is Lost, or Extra.
type Cause int

// The causes, from the test's file to what is collected from it.
const (
	NoCause  Cause = iota
	NoTarget       // no target has the file
	NoPart         // none runs the test's part
	NoFile         // a plain pytest does not collect the file
	Fails          // the other side cannot collect the file
	Skips          // there it skips itself
	Inputs         // there it has fewer tests
)

// Finding is one disagreement. Findings are ordered by node id, then by kind.
type Finding struct {
	NodeID  string // or a file's path
	Kind    Kind
	Cause   Cause
	Detail  string   // the group's name, the part that is lost, a message
	Targets []string // that run the test or, when it is Lost or Parallel, should
	Others  []string // that run other tests of the group
}

// String says what is wrong with which test, and how to put it right.
func (f Finding) String() string {
	switch f.Kind {
	case Static:
		return "census: " + f.Detail
	case Unused:
		return fmt.Sprintf("census: left_out: %q: no test is left out by it any more: take it out", f.Detail)
	case Uncollectable:
		if len(f.Targets) > 0 {
			return fmt.Sprintf("%s: cannot say what it runs: %s", f.Targets[0], f.Detail)
		}
		return fmt.Sprintf("%s: a plain pytest cannot collect it: %s", f.NodeID, f.Detail)
	}
	return f.NodeID + ": " + f.verdict()
}

// verdict says what is wrong with one test or several alike, after their names.
func (f Finding) verdict() string {
	targets := strings.Join(f.Targets, ", ")
	switch f.Kind {
	case Lost:
		return "lost: " + f.whyLost(targets)
	case Renamed:
		return fmt.Sprintf("has another id in %s: give its parameters ids that do not depend on where, when and by whom they are collected", targets)
	case Extra:
		return "extra: " + f.whyExtra(targets)
	case Doubled:
		return fmt.Sprintf("doubled: run by %s; let one of them run it", targets)
	case SplitGroup:
		return fmt.Sprintf("in a split group: run by %s, others of group %q by %s; run Gazelle", targets, f.Detail, strings.Join(f.Others, ", "))
	case Parallel:
		return fmt.Sprintf("parallel though serial: its file is in %s, none of which runs serial tests; run Gazelle, or if a hook adds the mark, write it in the source", targets)
	default:
		return fmt.Sprintf("finding of unknown kind %d", f.Kind)
	}
}

func (f Finding) whyLost(targets string) string {
	switch f.Cause {
	case NoTarget:
		return "its file is in no target; " + f.wayIntoTarget() + ", or if no target is to run it, name it in left_out of the census"
	case NoPart:
		return fmt.Sprintf("its file is in %s, but no target runs the file's %s; run Gazelle, or if a hook adds the mark, write it in the source", targets, f.Detail)
	case Fails:
		return fmt.Sprintf("%s cannot collect it: %s", targets, f.Detail)
	case Skips:
		return fmt.Sprintf("%s skips its file: %s", targets, f.Detail)
	default:
		return fmt.Sprintf("%s does not collect it: unless the target's args leave it out, what it is made of is not among its inputs; if that is files, "+
			"add them to data, as by \"# gazelle:xdist_data auto GLOBS\" in the BUILD file of their folder, and run Gazelle", targets)
	}
}

// wayIntoTarget says how the file gets a target. Gazelle makes none of what a hook of a
// conftest.py collects.
func (f Finding) wayIntoTarget() string {
	if file, _, _ := strings.Cut(f.NodeID, "::"); strings.HasSuffix(file, ".py") {
		return "run Gazelle"
	}
	return "run Gazelle, and if that makes none, write a py_xdist_test with the file in srcs"
}

func (f Finding) whyExtra(targets string) string {
	switch f.Cause {
	case NoFile:
		return fmt.Sprintf("%s runs it, but a plain pytest does not collect its file, as by testpaths, --ignore or collect_ignore; "+
			"write \"# gazelle:exclude\" for the file, and run Gazelle, or let pytest collect it", targets)
	case Skips:
		return fmt.Sprintf("%s runs it, but for a plain pytest its file skips itself: %s", targets, f.Detail)
	default:
		return fmt.Sprintf("%s runs it, but a plain pytest does not collect it", targets)
	}
}
