package census

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func item(nodeID string) Item {
	file, _, _ := strings.Cut(nodeID, "::")
	return Item{NodeID: nodeID, File: file}
}

func serial(nodeID string) Item {
	i := item(nodeID)
	i.Serial = true
	return i
}

func grouped(nodeID, group string) Item {
	i := item(nodeID)
	i.Group = name(group)
	return i
}

func marked(i Item, markers ...string) Item {
	i.Markers = markers
	return i
}

func name(group string) *string { return &group }

func sel(target, files, runs string) Selection {
	return Selection{Target: target, Dist: model.LoadGroup, Files: strings.Fields(files), Runs: parts(runs)}
}

func texts(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.String())
	}
	return all
}

// named lists the tests that have a finding of one of the kinds, each once.
func named(findings []Finding, kinds ...Kind) []string {
	var ids []string
	for _, f := range findings {
		if slices.Contains(kinds, f.Kind) {
			ids = append(ids, f.NodeID)
		}
	}
	return slices.Compact(ids)
}

func parts(words string) []model.Part {
	var parts []model.Part
	for _, word := range strings.Fields(words) {
		parts = append(parts, model.Part(word))
	}
	return parts
}

// has reports whether a target that collects all that pytest does runs the item.
func (s Selection) has(i Item) bool { return slices.Contains(s.Files, i.File) && s.runs(i, nil) }

// compare has each target collect what it should.
func compare(items []Item, census Census) []Finding {
	return Compare(Collection{Items: items}, census, faithful(items, census))
}

func faithful(items []Item, census Census) map[string]Collection {
	targets := map[string]Collection{}
	for _, s := range census.Selections {
		var own []Item
		for _, i := range items {
			if s.has(i) {
				own = append(own, i)
			}
		}
		targets[s.Target] = Collection{Items: own}
	}
	return targets
}
