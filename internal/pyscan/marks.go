package pyscan

import (
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A bag is the marks that a module, class or function adds to its tests.
type bag struct {
	marks []Mark
	axes  []Axis
	// fixtures are the names given to usefixtures; given are the parameters to which a
	// parametrize gives values, and replaced those of them that stand for no fixture then.
	fixtures, given, replaced []string
	// lazy are, for each parametrize that has them, the fixtures that its values stand for.
	lazy [][]lazyFixture
}

// maxValueDepth bounds how deep marks are looked for in lists of lists.
const maxValueDepth = 20

// readable says whether a value is known to be a mark or marks.
func readable(v value, depth int) bool {
	var inner []value
	switch v := v.(type) {
	case *mark, none, unbound:
		return true
	case list:
		inner = v
	case choice:
		inner = v
	default:
		return false
	}
	if depth++; depth > maxValueDepth {
		return false
	}
	for _, w := range inner {
		if !readable(w, depth) {
			return false
		}
	}
	return true
}

// noteUnreadable notes what of an expression is no mark that can be read.
func (ev *evaluator) noteUnreadable(owner string, v value, e *syntax.Expr) {
	if readable(v, 0) {
		return
	}
	isDisplay := e.Kind == syntax.ExprTuple || e.Kind == syntax.ExprList
	if elements, ok := v.(list); ok && isDisplay && !hasStarred(e.List) {
		for i, element := range elements {
			ev.noteUnreadable(owner, element, e.List[i])
		}
		return
	}
	ev.note(e.Start, "%s: %s cannot be read without running the file; write the mark as pytest.mark.NAME(...), "+
		"or name one that a file of the repository makes of constants", owner, ev.source(e))
}

// gather adds the marks of a value to a bag. What cannot be read adds nothing.
func (ev *evaluator) gather(b *bag, v value, depth int) {
	if depth++; depth > maxValueDepth || !ev.spend(1) {
		return
	}
	switch v := v.(type) {
	case *mark:
		b.marks = append(b.marks, v.Mark)
		switch v.Name {
		case "usefixtures":
			b.fixtures = append(b.fixtures, v.argnames...)
		case "parametrize":
			b.given = append(b.given, v.argnames...)
			b.replaced = append(b.replaced, v.replaced()...)
			b.addAxis(ev.axisOfCases(v.cases))
			if lazy := lazyIn(v.cases); lazy != nil {
				b.lazy = append(b.lazy, lazy)
			}
		}
	case list:
		for _, w := range v {
			ev.gather(b, w, depth)
		}
	case choice:
		b.addAxis(ev.axis(v, depth))
	}
}

func (b *bag) addAxis(a Axis) {
	if a != nil {
		b.axes = append(b.axes, a)
	}
}

// axis makes an axis of alternatives. It is nil if none of them adds a mark.
func (ev *evaluator) axis(alternatives []value, depth int) Axis {
	var sets markSets
	for _, v := range alternatives {
		var inner bag
		ev.gather(&inner, v, depth)
		if len(inner.axes) == 0 {
			sets.add(inner.marks)
		}
		for _, nested := range inner.axes {
			for _, set := range nested {
				sets.add(concat(inner.marks, set))
			}
		}
	}
	return sets.axis()
}

// axisOfCases makes an axis of the values of a parametrization.
func (ev *evaluator) axisOfCases(cases value) Axis {
	var sets markSets
	for _, alternative := range alternativesOf(cases) {
		elements, ok := alternative.(list)
		if !ok || !ev.spend(len(elements)) {
			sets.add(nil)
			continue
		}
		for _, element := range elements {
			for _, v := range alternativesOf(element) {
				ev.addCase(&sets, v)
			}
		}
	}
	return sets.axis()
}

func (ev *evaluator) addCase(sets *markSets, v value) {
	var axis Axis
	if p, ok := v.(*param); ok {
		axis = ev.axis([]value{p.marks}, 0)
	}
	if axis == nil {
		sets.add(nil)
	}
	for _, set := range axis {
		sets.add(set)
	}
}

// markSets collects distinct sets of marks.
type markSets struct {
	sets Axis
	seen map[string]bool
}

func (m *markSets) add(set []Mark) {
	key := keyOf(set)
	if m.seen[key] || len(m.sets) > maxChoices {
		return
	}
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[key] = true
	m.sets = append(m.sets, set)
}

// axis returns the sets, unless all there is is the empty one.
func (m *markSets) axis() Axis {
	if len(m.sets) == 0 || len(m.sets) == 1 && len(m.sets[0]) == 0 {
		return nil
	}
	return m.sets
}

// keyOf spells out what makes marks equal, which their lines do not.
func keyOf(set []Mark) string {
	if len(set) == 0 {
		return ""
	}
	var b strings.Builder
	for _, m := range set {
		b.WriteString(m.Name)
		for _, a := range m.Args {
			b.WriteString("\x00" + a.Keyword + "\x00" + a.Value)
			if a.Literal {
				b.WriteString("\x00")
			}
		}
		b.WriteString("\x01")
	}
	return b.String()
}

// concat joins slices to a new one, or returns one of them where the other is empty.
func concat[T any](a, b []T) []T {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	return append(append(make([]T, 0, len(a)+len(b)), a...), b...)
}

// join adds to the marks of an outer scope those of an inner one.
func (b bag) join(inner *bag) bag {
	return bag{
		marks:    concat(b.marks, inner.marks),
		axes:     concat(b.axes, inner.axes),
		fixtures: concat(b.fixtures, inner.fixtures),
		given:    concat(b.given, inner.given),
		replaced: concat(b.replaced, inner.replaced),
		lazy:     concat(b.lazy, inner.lazy),
	}
}
