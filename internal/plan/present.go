package plan

import (
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// Present is a test target in a BUILD file now.
type Present struct {
	Package, Name string
	// Files are its test files, Runs the parts that it runs.
	Files []string
	Runs  []model.Part
	// Leaves are the parts of which it knows that other targets run them.
	Leaves []model.Part
	// Kept says that a person forbade to change it: what it runs is not planned.
	Kept bool
	// Fixed says that a person gave it what its files alone are to have, a size or an
	// environment for example: it keeps its name and files, and gets no others.
	Fixed bool
}

func (p Present) label() string { return label(p.Package, p.Name) }

// keptSet are the parts of files that targets run which must not be changed.
type keptSet map[string][]model.Part

func keptParts(present []Present) keptSet {
	kept := keptSet{}
	for _, p := range present {
		if !p.Kept {
			continue
		}
		for _, file := range p.Files {
			kept[file] = append(kept[file], p.Runs...)
		}
	}
	return kept
}

func (k keptSet) has(file string, part model.Part) bool { return slices.Contains(k[file], part) }

// recall returns shares of one class as they are together now, and the new ones each
// by itself. A file that stands in two present targets is of the first.
func recall(shares []share, present []Present) []*cluster {
	left := map[string]share{}
	for _, s := range shares {
		left[s.file.Path] = s
	}
	var clusters []*cluster
	for _, p := range present {
		if c := p.recall(left); c != nil {
			clusters = append(clusters, c)
		}
	}
	for _, s := range shares {
		if _, ok := left[s.file.Path]; ok {
			clusters = append(clusters, newCluster(s))
		}
	}
	return clusters
}

// recall takes p's files out of left and returns them as a cluster, nil if there are none.
func (p Present) recall(left map[string]share) *cluster {
	var all *cluster
	for _, file := range p.Files {
		s, ok := left[file]
		if !ok || !p.holds(s) {
			continue
		}
		c := newCluster(s)
		switch {
		case all == nil:
			all = c
		case all.clashes(c):
			continue
		default:
			all.join(c, LowestCommonFolder)
		}
		delete(left, file)
	}
	if all != nil {
		all.become(p)
	}
	return all
}

// become makes the cluster that of a present target.
func (c *cluster) become(p Present) {
	unread := slices.ContainsFunc(c.shares, func(s share) bool { return s.file.Unread })
	c.pkg, c.name, c.present, c.fixed = p.Package, p.Name, true, p.Fixed || unread
}

// holds says whether p is a target that the share may stay in: it runs tests of the
// share and is in a folder above it where a batch may be.
func (p Present) holds(s share) bool {
	_, group := groupOfName(p.Name)
	return !p.Kept && !group && Within(s.folder(), p.Package) && Within(p.Package, s.file.Top) &&
		slices.ContainsFunc(p.Runs, func(part model.Part) bool { return slices.Contains(s.runs, part) })
}

// followMarks makes fixed targets whose tests all bear other marks now run what these
// are, lest what a person wrote goes with the target.
func followMarks(present []Present, shares []share) {
	byFile := map[string][]share{}
	for _, s := range shares {
		byFile[s.file.Path] = append(byFile[s.file.Path], s)
	}
	for i, p := range present {
		var own []share
		for _, file := range p.Files {
			own = append(own, byFile[file]...)
		}
		if !p.Fixed || p.Kept || slices.ContainsFunc(own, p.holds) {
			continue
		}
		for _, s := range own {
			isHeld := func(q Present) bool { return q.Fixed && slices.Contains(q.Files, s.file.Path) && q.holds(s) }
			if !slices.ContainsFunc(present, isHeld) {
				present[i].Runs = s.runs
				break
			}
		}
	}
}

// Remembered returns what the present targets tell of the tests of a file that cannot be
// read: one test for each part that they run of it.
func Remembered(file string, present []Present) []Test {
	var parts, known []model.Part
	for _, p := range present {
		if slices.Contains(p.Files, file) && !p.Kept {
			parts = append(parts, p.Runs...)
			known = append(known, p.Leaves...)
		}
	}
	for _, p := range present {
		for _, part := range p.Runs {
			// What a person wrote may run what no mark says.
			if p.Kept && slices.Contains(p.Files, file) && slices.Contains(known, part) {
				parts = append(parts, part)
			}
		}
	}
	slices.SortFunc(parts, model.ComparePart)
	var tests []Test
	for _, part := range slices.Compact(parts) {
		tests = append(tests, Test{Line: 1, Parts: []model.Part{part}, Presumed: true})
	}
	return tests
}
