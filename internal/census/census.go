// Package census compares what a plain pytest run collects with what the test
// targets select, and names each test for which the two disagree.
//
// It is pure: it runs neither pytest nor Bazel, and it does not judge whether a
// selection is complete in itself (which files are in no target, which parts
// overlap); that is the static half's work, whose verdicts arrive as
// Census.Errors.
package census

import (
	"cmp"
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
}

// Census is what Bazel knows about a test root without reading any test.
type Census struct {
	Root       string      `json:"root"` // the test root's folder, empty for the workspace's
	Selections []Selection `json:"selections"`
	Errors     []string    `json:"errors"` // what the static half found
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

// holds says whether the item's file is among the target's, whatever part of
// it the target runs.
func (s Selection) holds(i Item) bool {
	return slices.Contains(s.Files, i.File)
}

func (s Selection) runs(i Item) bool {
	return s.holds(i) && slices.Contains(s.Runs, i.part(s.Dist))
}

// runsSerial says whether the target runs serial tests of the item's file.
func (s Selection) runsSerial(i Item) bool {
	return s.holds(i) && slices.ContainsFunc(s.Runs, model.Part.Serial)
}

// Compare returns what is wrong with the selections, in the order of Finding:
// nothing when each item is run by exactly one target, with its group and, if
// it is serial, alone.
func Compare(items []Item, census Census) []Finding {
	var findings []Finding
	for _, message := range census.Errors {
		findings = append(findings, Finding{Kind: Static, Detail: message})
	}
	for _, item := range items {
		findings = append(findings, judge(item, census.Selections)...)
	}
	findings = append(findings, splitGroups(items, census.Selections)...)
	slices.SortFunc(findings, compareFindings)
	return findings
}

// judge compares one item with the targets that run it.
func judge(item Item, selections []Selection) []Finding {
	runners := targets(item, selections, Selection.runs)
	if len(runners) == 1 {
		return nil
	}
	if len(runners) > 1 {
		return []Finding{{NodeID: item.NodeID, Kind: Doubled, Targets: runners}}
	}
	finding := Finding{NodeID: item.NodeID, Kind: Lost, Targets: targets(item, selections, Selection.holds)}
	switch {
	case len(finding.Targets) == 0:
	case item.Serial && len(targets(item, selections, Selection.runsSerial)) == 0:
		finding.Kind = Parallel
	default:
		finding.Detail = missingParts(item, selections)
	}
	return []Finding{finding}
}

// missingParts names the part of the item's file that nobody runs. The targets
// that hold the file can see the item differently when their modes differ.
func missingParts(item Item, selections []Selection) string {
	var parts []string
	for _, s := range selections {
		if s.holds(item) {
			parts = append(parts, string(item.part(s.Dist)))
		}
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " or ")
}

// splitGroups finds the groups that more than one target runs a test of, and
// names each of their tests.
func splitGroups(items []Item, selections []Selection) []Finding {
	members := map[string][]Finding{}
	for _, item := range items {
		if item.Serial || item.Group == nil {
			continue
		}
		runners := targets(item, selections, func(s Selection, i Item) bool {
			return s.Dist == model.LoadGroup && s.runs(i)
		})
		if len(runners) > 0 {
			group := *item.Group
			members[group] = append(members[group], Finding{NodeID: item.NodeID, Kind: SplitGroup, Detail: group, Targets: runners})
		}
	}
	var findings []Finding
	for _, group := range members {
		if all := union(group); len(all) > 1 {
			for _, member := range group {
				member.Others = without(all, member.Targets)
				findings = append(findings, member)
			}
		}
	}
	return findings
}

// targets lists, sorted, the targets whose selections stand in the relation to
// the item.
func targets(item Item, selections []Selection, relation func(Selection, Item) bool) []string {
	var labels []string
	for _, s := range selections {
		if relation(s, item) {
			labels = append(labels, s.Target)
		}
	}
	slices.Sort(labels)
	return labels
}

func union(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Targets...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(label string) bool { return slices.Contains(some, label) })
}

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.NodeID, b.NodeID),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Detail, b.Detail),
	)
}
