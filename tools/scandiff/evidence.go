package main

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

// A key names a test: its file, and its node id without file and parameters.
type key struct {
	File string `json:"file"`
	ID   string `json:"id"`
}

func (k key) String() string { return k.File + "::" + k.ID }

// A scan is what the scanner says of a suite.
type scan struct {
	files []string
	tests map[key]*scannedTest
	stars map[string]bool // files with an import of *
}

// A scannedTest is what the scanner says of one test.
type scannedTest struct {
	parts      []model.Part
	presumed   bool
	unreadable bool // some of its marks
}

func (s *scan) add(path string, file *pyscan.File, rules testparts.Rules) {
	if s.tests == nil {
		s.tests, s.stars = map[key]*scannedTest{}, map[string]bool{}
	}
	s.files = append(s.files, path)
	for _, imp := range file.Imports {
		s.stars[path] = s.stars[path] || slices.Contains(imp.Names, "*")
	}
	for _, t := range file.Tests {
		parts, problems := rules.Of(t)
		k := key{path, t.ID}
		known, ok := s.tests[k]
		if !ok {
			known = &scannedTest{presumed: true}
			s.tests[k] = known
		}
		known.parts = sortedParts(append(known.parts, parts...))
		known.presumed = known.presumed && t.Presumed
		known.unreadable = known.unreadable || len(problems) > 0
	}
}

// ids are the ids by file.
func (s scan) ids() map[string][]string {
	ids := map[string][]string{}
	for k := range s.tests {
		ids[k.File] = append(ids[k.File], k.ID)
	}
	return ids
}

// markers says for each file which marks mean what, as rules_xdist.collect reads it.
func (s scan) markers() map[string]map[string][]string {
	usual := model.DefaultMarkers()
	markers := map[string]map[string][]string{}
	for _, file := range s.files {
		markers[file] = map[string][]string{"serial": usual.Serial, "group": usual.Group, "split": {}}
	}
	return markers
}

// presumes says whether a class around a test may inherit from another file.
func (s scan) presumes(k key) bool {
	for id := k.ID; ; {
		i := strings.LastIndex(id, "::")
		if i < 0 {
			return false
		}
		id = id[:i]
		if t := s.tests[key{k.File, id}]; t != nil && t.presumed {
			return true
		}
	}
}

// A collection is what a plain pytest collects, and the facts about it.
type collection struct {
	items    []collectedItem
	evidence evidence
}

// A collectedItem is what `xdist verify` reads, too.
type collectedItem struct {
	NodeID string  `json:"nodeid"`
	Serial bool    `json:"serial"`
	Group  *string `json:"group"`
}

func (i collectedItem) part() model.Part {
	switch {
	case i.Serial:
		return model.Serial
	case i.Group != nil:
		return model.GroupNamed(*i.Group)
	}
	return model.Rest
}

// evidence is what python/evidence.py writes.
type evidence struct {
	Modules    map[string]moduleFacts `json:"modules"`
	Ignored    []string               `json:"ignored"`
	Items      []itemFacts            `json:"items"`
	Deselected []key                  `json:"deselected"`
	Scanned    []boundFacts           `json:"scanned"`
}

// moduleFacts say how importing a test file went.
type moduleFacts struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// itemFacts are of something that pytest collects.
type itemFacts struct {
	key
	NodeID string `json:"nodeid"`
	// Code is the file of the function's code.
	Code string `json:"code"`
	// Local: the function or its class is made by a call.
	Local bool `json:"local"`
	// Unnamed are the names of the id that stand nowhere in the file.
	Unnamed []string `json:"unnamed"`
	// ClassFiles are the files of the classes, the outermost first.
	ClassFiles []string `json:"classFiles"`
	// Hooked are marks that a hook adds, Foreign those of bases in other files.
	Hooked  []string `json:"hooked"`
	Foreign []string `json:"foreign"`
}

// boundFacts are of a name that the scanner takes for a test.
type boundFacts struct {
	key
	Bound  bool   `json:"bound"`
	Branch bool   `json:"branch"` // a compound statement binds it
	Type   string `json:"type"`
	Origin string `json:"origin"`
	Plain  bool   `json:"plain"` // the class is no unittest.TestCase
	// The files that say what keeps pytest from a class, if something does.
	Constructor string `json:"constructor"`
	Abstract    string `json:"abstract"`
	Untest      string `json:"untest"`
}

// inherits says whether the test's method or outermost class stands in another file.
func (f itemFacts) inherits() bool {
	return len(f.ClassFiles) > 0 && (f.ClassFiles[0] != f.File || f.Code != f.File)
}

// computed says whether a name of the test is in no source: that of a class, or
// that of a function which this file defines.
func (f itemFacts) computed() bool {
	function := f.ID[strings.LastIndexByte(f.ID, ':')+1:]
	return slices.ContainsFunc(f.Unnamed, func(name string) bool { return name != function || f.Code == f.File })
}

// tests groups the items by test.
func (c collection) tests() map[key]*collectedTest {
	parts := map[string]model.Part{}
	for _, item := range c.items {
		parts[item.NodeID] = item.part()
	}
	tests := map[key]*collectedTest{}
	for i := range c.evidence.Items {
		facts := &c.evidence.Items[i]
		t, ok := tests[facts.key]
		if !ok {
			t = &collectedTest{itemFacts: facts}
			tests[facts.key] = t
		}
		part := parts[facts.NodeID]
		t.parts = sortedParts(append(t.parts, part))
		if len(facts.Hooked) > 0 {
			t.hooked = true
		} else {
			t.unhooked = sortedParts(append(t.unhooked, part))
		}
	}
	return tests
}

// bound returns the facts of the scanner's tests.
func (c collection) bound() map[key]*boundFacts {
	bound := map[key]*boundFacts{}
	for i := range c.evidence.Scanned {
		bound[c.evidence.Scanned[i].key] = &c.evidence.Scanned[i]
	}
	return bound
}

// A collectedTest is a test, with the facts of its first item.
type collectedTest struct {
	*itemFacts
	parts []model.Part
	// hooked: a hook adds marks to some items. unhooked are the parts of the others.
	hooked   bool
	unhooked []model.Part
}

func sortedParts(parts []model.Part) []model.Part {
	slices.SortFunc(parts, model.ComparePart)
	return slices.Compact(parts)
}
