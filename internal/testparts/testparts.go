// Package testparts says which parts the tests of a Python file belong to, by the
// marks that pyscan reads. It reads no files, and does not decide which target
// runs a part.
package testparts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// Rules say how marks make parts.
type Rules struct {
	Markers model.Markers
	// Groups says whether group marks count, as they do only when tests are
	// distributed by group.
	Groups bool
}

// A Problem is a mark that makes no part.
type Problem struct {
	// File and Line are where the mark is written; File is "" for the test's own.
	File string
	Line int
	Text string
	// Unreadable says that the mark may be right: what it says cannot be read
	// from the file.
	Unreadable bool
}

// Of returns the parts that the items of a test have, in order. A test has more
// than one where its parameters have marks of their own.
func (r Rules) Of(t pyscan.Test) ([]model.Part, []Problem) {
	var parts []model.Part
	var problems []Problem
	outcomes, problem := r.outcomes(t)
	if problem != nil {
		problems = append(problems, *problem)
	}
	for _, o := range outcomes {
		part, problem := o.part()
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		parts = append(parts, part)
	}
	return sortedSet(parts, model.ComparePart), sortedSet(problems, compareProblem)
}

// An outcome is what the marks of one item come to.
type outcome struct {
	serial bool
	// groups and split are names, sorted.
	groups, split []string
	problem       Problem // of the first mark that has one
}

func (o outcome) equal(p outcome) bool {
	return o.serial == p.serial && slices.Equal(o.groups, p.groups) && slices.Equal(o.split, p.split) && o.problem == p.problem
}

// part returns the part of an item. Serial wins over everything, also over what is wrong
// with groups.
func (o outcome) part() (model.Part, *Problem) {
	base := model.Rest
	switch {
	case o.serial:
		base = model.Serial
	case o.problem != (Problem{}):
		return "", &o.problem
	case len(o.groups) > 0:
		base = model.GroupNamed(model.JoinGroups(o.groups))
	}
	return base.With(o.split), nil
}

// maxOutcomes bounds the combinations of a test's parameters.
const maxOutcomes = 256

// outcomes returns the distinct outcomes of a test's items: an item bears the
// test's marks, and those of one choice of each axis.
func (r Rules) outcomes(t pyscan.Test) ([]outcome, *Problem) {
	all := []outcome{r.outcome(t.Marks)}
	for _, axis := range t.Axes {
		var choices, next []outcome
		for _, marks := range axis {
			choices = addNew(choices, r.outcome(marks))
		}
		for _, o := range all {
			for _, choice := range choices {
				next = addNew(next, o.and(choice))
			}
		}
		if len(next) > maxOutcomes {
			return all, &Problem{Line: t.Line, Text: fmt.Sprintf(
				"test %q: its parameters' marks combine to more than %d groups; mark the test instead of its parameters", t.ID, maxOutcomes)}
		}
		all = next
	}
	return all, nil
}

func (r Rules) outcome(marks []pyscan.Mark) outcome {
	var o outcome
	for _, m := range marks {
		if slices.Contains(r.Markers.Serial, m.Name) {
			o.serial = true
		}
		if r.Groups && slices.Contains(r.Markers.Group, m.Name) {
			o = o.and(ofGroup(m))
		}
		if slices.Contains(r.Markers.Split, m.Name) {
			o = o.and(outcome{split: []string{m.Name}})
		}
	}
	return o
}

// and joins the outcomes of two sets of marks.
func (o outcome) and(p outcome) outcome {
	o.serial = o.serial || p.serial
	if o.problem == (Problem{}) {
		o.problem = p.problem
	}
	o.groups = joinNames(o.groups, p.groups)
	o.split = joinNames(o.split, p.split)
	return o
}

// joinNames returns the union of two lists of names.
func joinNames(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	return sortedSet(slices.Concat(a, b), strings.Compare)
}

// ofGroup reads the name that a group mark gives: the first positional argument,
// else name=, else the default.
func ofGroup(m pyscan.Mark) outcome {
	name := pyscan.Arg{Value: model.DefaultGroup, Literal: true}
	for _, keyword := range []string{"", "name"} {
		if i := slices.IndexFunc(m.Args, func(a pyscan.Arg) bool { return a.Keyword == keyword }); i >= 0 {
			name = m.Args[i]
			break
		}
	}
	if !name.Literal {
		return outcome{problem: Problem{File: m.File, Line: m.Line, Unreadable: true, Text: fmt.Sprintf(
			"mark %q: the group's name %s cannot be read without running the file; "+
				"write a string or what is made of constants alone, or keep such groups with the file's target by # gazelle:xdist_dynamic_groups", m.Name, name.Value)}}
	}
	return outcome{groups: []string{name.Value}}
}

func addNew(list []outcome, o outcome) []outcome {
	if slices.ContainsFunc(list, o.equal) {
		return list
	}
	return append(list, o)
}

func compareProblem(a, b Problem) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Text, b.Text))
}

func sortedSet[T comparable](list []T, compare func(a, b T) int) []T {
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}
