package census

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// comparison is one test root's two sides, made ready to be looked up.
type comparison struct {
	plain      Collection
	selections []Selection
	targets    map[string]Collection
	holders    map[string][]Selection // of a file
	runners    map[string][]Selection // of a node id, by what they have collected
	collected  map[string]bool        // node ids and files of the plain side
}

func newComparison(plain Collection, census Census, targets map[string]Collection) *comparison {
	c := &comparison{
		plain: plain, selections: census.Selections, targets: targets,
		holders: map[string][]Selection{}, runners: map[string][]Selection{}, collected: map[string]bool{},
	}
	for _, s := range census.Selections {
		for _, file := range s.Files {
			c.holders[file] = append(c.holders[file], s)
		}
	}
	for _, s := range census.Selections {
		for _, item := range c.ran(s) {
			c.runners[item.NodeID] = append(c.runners[item.NodeID], s)
		}
	}
	for _, item := range plain.Items {
		c.collected[item.NodeID], c.collected[item.File] = true, true
	}
	return c
}

// ran lists what a target has collected and runs, each node id once: a target that
// fails for a test of none of its parts has written that one down as well.
func (c *comparison) ran(s Selection) []Item {
	seen := map[string]bool{}
	var items []Item
	for _, item := range c.targets[s.Target].Items {
		if !seen[item.NodeID] && s.runs(item, c.holders[item.File]) {
			seen[item.NodeID] = true
			items = append(items, item)
		}
	}
	return items
}

// lost are the items of the plain side that no target has collected.
func (c *comparison) lost() []Finding {
	var findings []Finding
	for _, item := range c.plain.Items {
		if len(c.runners[item.NodeID]) == 0 {
			findings = append(findings, c.whyLost(item))
		}
	}
	return findings
}

// whyLost finds the first thing on the way from the item's file to a target's
// collection that does not hold.
func (c *comparison) whyLost(item Item) Finding {
	finding := Finding{NodeID: item.NodeID, Kind: Lost, Cause: NoTarget, Targets: labels(c.holders[item.File])}
	if len(finding.Targets) == 0 {
		return finding
	}
	if item.Serial && !slices.ContainsFunc(c.holders[item.File], Selection.runsSerial) {
		finding.Kind = Parallel
		return finding
	}
	meant := slices.DeleteFunc(slices.Clone(c.holders[item.File]), func(s Selection) bool { return !s.runs(item, c.holders[item.File]) })
	if len(meant) == 0 {
		finding.Cause, finding.Detail = NoPart, missingParts(item, c.holders[item.File])
		return finding
	}
	finding.Targets = labels(meant)
	finding.Cause, finding.Detail = c.targets[meant[0].Target].whyNot(item.File)
	return finding
}

// whyNot says why a target that should have collected a test of a file has not.
func (c Collection) whyNot(file string) (Cause, string) {
	if at := c.uncollected(file); at != nil {
		if at.Failed {
			return Fails, at.Why
		}
		return Skips, at.Why
	}
	if c.Failed != "" {
		return Fails, c.Failed
	}
	return Inputs, ""
}

// uncollected returns what kept a file from being collected: itself, or a folder above.
func (c Collection) uncollected(file string) *Uncollected {
	for i, at := range c.Uncollected {
		if at.File == file || at.File == "." || strings.HasPrefix(file, at.File+"/") {
			return &c.Uncollected[i]
		}
	}
	return nil
}

// missingParts names the part of the item's file that nobody runs. The targets
// that hold the file can see the item differently when their modes differ.
func missingParts(item Item, holders []Selection) string {
	var parts []string
	for _, s := range holders {
		parts = append(parts, string(item.part(s.Dist)))
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " or ")
}

// extra are the items of targets that the plain side lacks. Where that could not collect
// the file, this is what there is to say.
func (c *comparison) extra() []Finding {
	var findings []Finding
	for _, s := range c.selections {
		for _, item := range c.ran(s) {
			if c.collected[item.NodeID] {
				continue
			}
			finding := Finding{NodeID: item.NodeID, Kind: Extra, Cause: Inputs, Targets: []string{s.Target}}
			switch at := c.plain.uncollected(item.File); {
			case at != nil && at.Failed:
				continue
			case at != nil:
				finding.Cause, finding.Detail = Skips, at.Why
			case !c.collected[item.File]:
				finding.Cause = NoFile
			}
			findings = append(findings, finding)
		}
	}
	return findings
}

// misplaced are the items that several targets run, or that run beside others though
// they are serial to a plain pytest.
func (c *comparison) misplaced() []Finding {
	var findings []Finding
	for _, item := range c.plain.Items {
		switch runners := c.runners[item.NodeID]; {
		case len(runners) > 1:
			findings = append(findings, Finding{NodeID: item.NodeID, Kind: Doubled, Targets: labels(runners)})
		case len(runners) == 1 && item.Serial && !runners[0].runsSerial():
			findings = append(findings, Finding{NodeID: item.NodeID, Kind: Parallel, Targets: labels(runners)})
		}
	}
	return findings
}

// splitGroups finds the groups that more than one target runs a test of, and
// names each of their tests.
func (c *comparison) splitGroups() []Finding {
	members := map[string][]Finding{}
	for _, item := range c.plain.Items {
		if item.Serial || item.Group == nil {
			continue
		}
		runners := slices.DeleteFunc(slices.Clone(c.runners[item.NodeID]), func(s Selection) bool { return s.Dist != model.LoadGroup })
		if len(runners) > 0 {
			group := *item.Group
			members[group] = append(members[group], Finding{NodeID: item.NodeID, Kind: SplitGroup, Detail: group, Targets: labels(runners)})
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

// failures are what could not be collected, unless the findings on its tests say so
// already.
func (c *comparison) failures(said []Finding) []Finding {
	named := map[string]bool{}
	for _, finding := range said {
		for _, target := range finding.Targets {
			named[target] = true
		}
	}
	var findings []Finding
	for _, at := range c.plain.Uncollected {
		if at.Failed {
			findings = append(findings, Finding{NodeID: at.File, Kind: Uncollectable, Detail: at.Why})
		}
	}
	for _, s := range c.selections {
		if failed := c.targets[s.Target].Failed; failed != "" && !named[s.Target] {
			findings = append(findings, Finding{Kind: Uncollectable, Detail: failed, Targets: []string{s.Target}})
		}
	}
	return findings
}

// labels lists the selections' targets, sorted.
func labels(selections []Selection) []string {
	var labels []string
	for _, s := range selections {
		labels = append(labels, s.Target)
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
