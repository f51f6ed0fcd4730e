package summary

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// A group is one of a folder where pytest is started: groups do not reach beyond it.
type group struct{ root, unit string }

// groupRuns are, for each group that came up, the targets that ran tests of it.
type groupRuns struct {
	groups []group // in the order of first sight
	runs   map[group][]groupRun
	// dynamic are the groups that some target runs and no BUILD file names.
	dynamic map[group]bool
}

// A groupRun is a target's part in a group.
type groupRun struct {
	label string
	files []string // sorted
}

// add notes the groups of a shard of a target.
func (g *groupRuns) add(label string, file junitxml.File) {
	if g.runs == nil {
		g.runs, g.dynamic = map[group][]groupRun{}, map[group]bool{}
	}
	for _, unit := range file.DynamicGroups {
		g.dynamic[group{file.Root, unit}] = true
	}
	for _, c := range file.Cases {
		if !strings.HasPrefix(c.Unit, "group:") {
			continue
		}
		test, _, _ := strings.Cut(c.NodeID, "::")
		g.addTo(group{file.Root, c.Unit}, label, test)
	}
}

func (g *groupRuns) addTo(of group, label, file string) {
	runs, known := g.runs[of]
	if !known {
		g.groups = append(g.groups, of)
	}
	i := slices.IndexFunc(runs, func(r groupRun) bool { return r.label == label })
	if i < 0 {
		runs = append(runs, groupRun{label: label})
		i = len(runs) - 1
	}
	if at, found := slices.BinarySearch(runs[i].files, file); !found {
		runs[i].files = slices.Insert(runs[i].files, at, file)
	}
	g.runs[of] = runs
}

// apart returns a remark for each group that no BUILD file names and that two targets ran
// with tests of different files: no process had all of it. Targets with the same files are
// environments of one.
func (g *groupRuns) apart() []remark {
	var remarks []remark
	for _, of := range g.groups {
		runs := g.runs[of]
		differs := func(r groupRun) bool { return !slices.Equal(r.files, runs[0].files) }
		i := slices.IndexFunc(runs, differs)
		if !g.dynamic[of] || i < 0 {
			continue
		}
		remarks = append(remarks, remark{outcome: errored, subject: of.unit, message: fmt.Sprintf(
			"one group in several targets, %s with %s and %s with %s: its tests did not share a process; write the mark in the source of both files, or rename one",
			runs[0].label, runs[0].files[0], runs[i].label, runs[i].files[0])})
	}
	return remarks
}
