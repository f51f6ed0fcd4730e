package pyscan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// An evaluator runs the statements of a module, as far as names, marks and
// classes are concerned.
type evaluator struct {
	mod    *syntax.Module
	module *scope
	notes  []Note
	// budget is what may still be spent on steps. Lists that are added to
	// themselves and classes that inherit from each other can ask for
	// exponentially many.
	budget     int
	starImport bool
	imported   map[string]int // offsets of from-imports, by the name they bind
	// fixtureAxes says that some fixture's params bear marks.
	fixtureAxes bool
}

func newEvaluator(mod *syntax.Module) *evaluator {
	return &evaluator{mod: mod, module: newScope(nil), imported: map[string]int{}, budget: 1<<20 + 64*len(mod.Text)}
}

// spend takes steps from the budget, and says whether there were enough.
func (ev *evaluator) spend(steps int) bool {
	if ev.budget < 0 {
		return false
	}
	if ev.budget -= steps; ev.budget < 0 {
		ev.note(0, "the file's names and classes take too many steps to follow; some marks and tests are not read")
		return false
	}
	return true
}

func (ev *evaluator) note(offset int, format string, args ...any) {
	ev.notes = append(ev.notes, Note{ev.mod.Line(offset), fmt.Sprintf(format, args...)})
}

func (ev *evaluator) sortedNotes() []Note {
	slices.SortFunc(ev.notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(ev.notes)
}

// eval evaluates an expression.
func (ev *evaluator) eval(e *syntax.Expr, s *scope) value { return ev.evalDepth(e, s, 0) }

// maxDepth bounds the depth of expressions and values that are followed. The
// parser bounds it where a programmer would notice, but a + b + c + ... is deep.
const maxDepth = 500

func (ev *evaluator) evalDepth(e *syntax.Expr, s *scope, depth int) value {
	if depth++; depth > maxDepth || !ev.spend(1) {
		return nil
	}
	switch e.Kind {
	case syntax.ExprName:
		return s.lookup(e.Text)
	case syntax.ExprString:
		return text(e.Text)
	case syntax.ExprConstant:
		return constant(e.Text)
	case syntax.ExprAttribute:
		return ev.attribute(ev.evalDepth(e.X, s, depth), e)
	case syntax.ExprCall:
		return ev.call(e, s, depth)
	case syntax.ExprSubscript:
		return generic(ev.evalDepth(e.X, s, depth))
	case syntax.ExprTuple, syntax.ExprList:
		return ev.elements(e.List, s, depth)
	case syntax.ExprAdd:
		return ev.add(ev.evalDepth(e.X, s, depth), ev.evalDepth(e.Y, s, depth))
	case syntax.ExprConditional:
		return ev.conditional(e, s, depth)
	case syntax.ExprNamed:
		v := ev.evalDepth(e.X, s, depth)
		s.bind(e.Text, v)
		return v
	case syntax.ExprLambda:
		return &function{offset: e.Start}
	case syntax.ExprComprehension:
		return ev.comprehension(e, s, depth)
	}
	return nil
}

func constant(literal string) value {
	switch literal {
	case "True", "1":
		return boolean(true)
	case "False", "0":
		return boolean(false)
	case "None":
		return none{}
	}
	return nil
}

// generic is what a subscript makes of a class: the same class.
func generic(v value) value {
	switch v.(type) {
	case symbol, *class:
		return v
	}
	return nil
}

func (ev *evaluator) elements(exprs []*syntax.Expr, s *scope, depth int) value {
	out := make(list, 0, len(exprs))
	for _, e := range exprs {
		if e.Kind != syntax.ExprStarred {
			out = append(out, ev.evalDepth(e, s, depth))
			continue
		}
		v := ev.evalDepth(e.X, s, depth)
		inner, ok := v.(list)
		switch {
		case !ok:
			out = append(out, v)
		case ev.spend(len(inner)):
			out = append(out, inner...)
		}
	}
	return out
}

func (ev *evaluator) conditional(e *syntax.Expr, s *scope, depth int) value {
	if truth, known := ev.truth(e.Z, s); known {
		if truth {
			return ev.evalDepth(e.X, s, depth)
		}
		return ev.evalDepth(e.Y, s, depth)
	}
	return choose([]value{ev.evalDepth(e.X, s, depth), ev.evalDepth(e.Y, s, depth)})
}

// comprehension evaluates the element once, for any number of times.
func (ev *evaluator) comprehension(e *syntax.Expr, s *scope, depth int) value {
	inner := newScope(s)
	for _, target := range e.List {
		ev.assign(target, nil, inner)
	}
	return list{ev.evalDepth(e.X, inner, depth)}
}

func (ev *evaluator) attribute(v value, e *syntax.Expr) value {
	switch v := v.(type) {
	case symbol:
		if v == "pytest.mark" {
			return &mark{Mark: Mark{Name: strings.Clone(e.Text), Line: ev.mod.Line(e.Start)}}
		}
		if len(v)+len(e.Text) > maxText {
			return nil
		}
		return v.member(e.Text)
	case *mark:
		if e.Text == "with_args" || e.Text == "mark" {
			return v // called, it gives the mark further arguments
		}
	case *class:
		return v.attribute(e.Text)
	case choice:
		alternatives := make([]value, len(v))
		for i, a := range v {
			alternatives[i] = ev.attribute(a, e)
		}
		return choose(alternatives)
	}
	return nil
}

// truth evaluates a condition, and says whether it is known. As on every import
// by pytest, TYPE_CHECKING is false, and __name__ is not "__main__".
func (ev *evaluator) truth(e *syntax.Expr, s *scope) (truth, known bool) {
	switch e.Kind {
	case syntax.ExprNot:
		truth, known = ev.truth(e.X, s)
		return !truth, known
	case syntax.ExprEqual:
		return false, isMainCheck(e.X, e.Y) || isMainCheck(e.Y, e.X)
	case syntax.ExprName, syntax.ExprAttribute:
		if e.Text == "TYPE_CHECKING" {
			return false, true
		}
	}
	switch v := ev.eval(e, s).(type) {
	case boolean:
		return bool(v), true
	case none:
		return false, true
	}
	return false, false
}

func isMainCheck(x, y *syntax.Expr) bool {
	return x.Kind == syntax.ExprName && x.Text == "__name__" && y.Kind == syntax.ExprString && y.Text == "__main__"
}
