package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// A result is what the comparison of one suite gave.
type result struct {
	suite               string
	files, tests, items int
	marked              int // tests with items that are serial or in a group
	same                int // tests that the scanner sees, with the same parts
	presumed            int // of these, those of which it leaves open whether they are there
	differences         []difference
}

// A difference is a test of which the scanner and pytest do not say the same. The
// kind is nil where no fact explains it.
type difference struct {
	key
	facts
	kind *kind
}

func (d difference) String() string {
	name := "NOT EXPLAINED"
	if d.kind != nil {
		name = d.kind.name
	}
	return fmt.Sprintf("%s: %s: %s", d.key, d.facts, name)
}

// compare holds the scanner's tests against pytest's.
func compare(suite string, s scan, c collection) result {
	r := result{suite: suite, files: len(s.files), items: len(c.evidence.Items)}
	collected := c.tests()
	r.tests = len(collected)
	bound := c.bound()
	r.differences = append(missed(s, collected), extra(s, c, collected, bound)...)
	for k, t := range collected {
		known := s.tests[k]
		if !slices.Equal(t.parts, []model.Part{model.Rest}) {
			r.marked++
		}
		switch {
		case known == nil:
		case slices.Equal(known.parts, t.parts):
			r.same++
			if known.presumed {
				r.presumed++
			}
		default:
			r.differences = append(r.differences, difference{key: k, facts: facts{scanned: known, collected: t, bound: bound[k]}})
		}
	}
	for i := range r.differences {
		r.differences[i].kind = kindOf(r.differences[i])
	}
	slices.SortFunc(r.differences, func(a, b difference) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.ID, b.ID))
	})
	return r
}

// missed returns the tests that only pytest has.
func missed(s scan, collected map[key]*collectedTest) []difference {
	var found []difference
	for k, t := range collected {
		if s.tests[k] == nil {
			found = append(found, difference{key: k, facts: facts{collected: t, open: s.presumes(k), star: s.stars[k.File]}})
		}
	}
	return found
}

// extra returns the tests that only the scanner has. Where all it has of a class is
// that there may be tests, those that there are stand for it.
func extra(s scan, c collection, collected map[key]*collectedTest, bound map[key]*boundFacts) []difference {
	classes := map[key]bool{}
	for k := range collected {
		for id := k.ID; strings.Contains(id, "::"); {
			id = id[:strings.LastIndex(id, "::")]
			classes[key{k.File, id}] = true
		}
	}
	var found []difference
	for k, t := range s.tests {
		if collected[k] != nil || t.presumed && classes[k] {
			continue
		}
		module := c.evidence.Modules[k.File]
		found = append(found, difference{key: k, facts: facts{
			scanned: t, module: module, bound: bound[k],
			ignored:    c.evidence.ignores(k.File),
			deselected: slices.Contains(c.evidence.Deselected, k),
		}})
	}
	return found
}

// ignores says whether a hook or setting keeps pytest from a file or its folder.
func (e evidence) ignores(file string) bool {
	return slices.ContainsFunc(e.Ignored, func(path string) bool {
		return file == path || strings.HasPrefix(file, path+"/")
	})
}

// facts are all that is known of a difference.
type facts struct {
	scanned   *scannedTest   // nil: only pytest has it
	collected *collectedTest // nil: only the scanner has it
	// Of what only pytest has: the scanner says that there may be more in the class;
	// the file has an import of *.
	open, star bool
	// Of what only the scanner has.
	module              moduleFacts
	ignored, deselected bool
	// Of what the scanner has, if its file was imported.
	bound *boundFacts
}

func (f facts) String() string {
	switch {
	case f.scanned == nil:
		return fmt.Sprintf("only pytest has it (its code is in %s)", f.collected.Code)
	case f.collected != nil:
		return fmt.Sprintf("scanned as %s, collected as %s", partNames(f.scanned.parts), partNames(f.collected.parts))
	case f.module.Reason != "":
		return fmt.Sprintf("only the scanner has it (%s)", f.module.Reason)
	case f.bound != nil:
		return fmt.Sprintf("only the scanner has it (%+v)", *f.bound)
	}
	return "only the scanner has it"
}

func partNames(parts []model.Part) string {
	var names []string
	for _, p := range parts {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}
