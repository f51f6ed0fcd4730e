// Package census compares what a plain pytest run collects with what the test
// targets collect in their own surroundings, node id by node id, and names each test
// for which the two disagree, with the cause as far as it shows.
//
// It is pure: it runs neither pytest nor Bazel, and it does not judge whether a
// selection is complete in itself (which files are in no target, which parts
// overlap); that is the static half's work, whose verdicts arrive as
// Census.Errors.
package census

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// Item is a test as a running pytest sees it.
type Item struct {
	NodeID  string   `json:"nodeid"`
	File    string   `json:"file"` // relative to the workspace
	Serial  bool     `json:"serial"`
	Group   *string  `json:"group"`   // nil when the item carries no group
	Markers []string `json:"markers"` // those of its file's split markers that it bears, sorted
}

// Collection is what one side has collected: a plain pytest, or a target.
type Collection struct {
	Items       []Item        `json:"items"`
	Uncollected []Uncollected `json:"uncollected"`
	// Failed says why a target's collection cannot be trusted, such as where its log
	// is. Empty if it came to its end without an error.
	Failed string `json:"-"`
}

// Uncollected is a file or folder that was not collected, and takes all tests in it
// along.
type Uncollected struct {
	File   string `json:"file"`
	Failed bool   `json:"failed"` // or else it skipped itself
	Why    string `json:"why"`
}

// Markers say which marks mean what: lists of names by meaning. Only who reads
// the marks off the items has to understand them.
type Markers map[string][]string

// Selection says which tests one target runs: of the Files, those whose part
// is among Runs.
type Selection struct {
	Target  string       `json:"target"`
	Dist    string       `json:"dist"`
	Files   []string     `json:"files"`
	Runs    []model.Part `json:"runs"`
	Markers Markers      `json:"markers"`
	Config  string       `json:"config"` // pytest's configuration file, or empty
}

// Census is what Bazel knows about a test root without reading any test.
type Census struct {
	Root       string      `json:"root"` // the test root's folder, empty for the workspace's
	Selections []Selection `json:"selections"`
	Errors     []string    `json:"errors"` // what the static half found
	// LeftOut says which tests no target is meant to run, by patterns, and why.
	LeftOut map[string]string `json:"left_out"`
}

// Configured reports whether the test root has a configuration of pytest of its own, so
// that its folder is also pytest's root.
func (c Census) Configured() bool {
	return slices.ContainsFunc(c.Selections, func(s Selection) bool {
		return s.Config != "" && strings.TrimPrefix(path.Dir(s.Config), ".") == c.Root
	})
}

// MarkersByFile returns the markers of each test file that is in a target. The
// static half has found the targets of one file that differ in them.
func (c Census) MarkersByFile() map[string]Markers {
	markers := map[string]Markers{}
	for _, s := range c.Selections {
		for _, file := range s.Files {
			markers[file] = s.Markers
		}
	}
	return markers
}

// part says which of its file's tests the item belongs to, in a target whose
// distribution mode is dist.
func (i Item) part(dist string) model.Part {
	return i.base(dist).With(i.Markers)
}

// base is the item's part but for split markers.
func (i Item) base(dist string) model.Part {
	switch {
	case i.Serial:
		return model.Serial
	case dist == model.LoadGroup && i.Group != nil:
		return model.GroupNamed(*i.Group)
	default:
		return model.Rest
	}
}

// runs reports whether the target, one of those that have the item's file, runs it.
func (s Selection) runs(i Item, holders []Selection) bool {
	part := i.part(s.Dist)
	if slices.Contains(s.Runs, part) {
		return true
	}
	return slices.Contains(s.Runs, part.Unnamed()) &&
		!slices.ContainsFunc(holders, func(other Selection) bool { return slices.Contains(other.Runs, part) })
}

// runsSerial reports whether the target runs serial tests.
func (s Selection) runsSerial() bool {
	return slices.ContainsFunc(s.Runs, model.Part.Serial)
}

// Compare returns what is wrong between what a plain pytest collects in a test root and
// what the targets of its census do, in the order of Finding: nothing when each item is
// run by exactly one target, with its group and, if it is serial, alone.
func Compare(plain Collection, census Census, targets map[string]Collection) []Finding {
	c := newComparison(plain, census, targets)
	var findings []Finding
	for _, message := range census.Errors {
		findings = append(findings, Finding{Kind: Static, Detail: message})
	}
	lost := c.lost()
	lost, extra := c.pairRenamed(lost, c.extra())
	disagreements := slices.Concat(lost, extra)
	findings = append(findings, census.leaveOut(disagreements)...)
	findings = append(findings, c.misplaced()...)
	findings = append(findings, c.splitGroups()...)
	findings = append(findings, c.failures(slices.Concat(findings, disagreements))...)
	slices.SortFunc(findings, compareFindings)
	return findings
}

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.NodeID, b.NodeID),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Detail, b.Detail),
	)
}
