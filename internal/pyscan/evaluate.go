package pyscan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// An evaluator runs the statements of a module, or those of one function when it is
// called, as far as names, marks and classes are concerned.
type evaluator struct {
	path string
	mod  *syntax.Module
	// lines is how many lines of the file stand before those of mod.
	lines    int
	module   *scope
	modules  map[symbol]*Source
	imported map[string]int // offsets of from-imports, by the name they bind
	// starImport says that the module has names that are not known.
	starImport bool
	// call is that of the function, nil for a module.
	call *functionCall
	*account
}

// An account is of what evaluating one file has taken and shown.
type account struct {
	// budget is what may still be spent on steps. Lists that are added to
	// themselves and classes that inherit from each other can ask for
	// exponentially many.
	budget int
	notes  []Note
	// fixtureAxes says that some fixture's params bear marks.
	fixtureAxes bool
	// functions are those that have been called, and running those that are.
	functions map[*syntax.Def]*syntax.Function
	running   []*function
	// ofCalls is what all calls together may spend, ofCall what the outermost one may.
	ofCalls, ofCall int
}

func newEvaluator(s *Source) *evaluator {
	return &evaluator{
		path:     s.Path,
		mod:      s.mod,
		module:   newScope(nil),
		modules:  s.modules,
		imported: map[string]int{},
		account:  &account{budget: 1<<20 + 64*len(s.mod.Text), ofCalls: 1 << 18},
	}
}

// spend takes steps from the budget, and says whether there were enough. Calls have one of
// their own: what most of them do is no matter of marks.
func (ev *evaluator) spend(steps int) bool {
	if len(ev.running) > 0 {
		ev.ofCall -= steps
		ev.ofCalls -= steps
		return ev.ofCall >= 0 && ev.ofCalls >= 0
	}
	if ev.budget < 0 {
		return false
	}
	if ev.budget -= steps; ev.budget < 0 {
		ev.notes = append(ev.notes, Note{1, "the file's names and classes take too many steps to follow; some marks and tests are not read"})
		return false
	}
	return true
}

// line returns the line of an offset in the file.
func (ev *evaluator) line(offset int) int { return ev.lines + ev.mod.Line(offset) }

// note notes what is wrong in the file; functions that it calls may be another's.
func (ev *evaluator) note(offset int, format string, args ...any) {
	if ev.call == nil {
		ev.notes = append(ev.notes, Note{ev.line(offset), fmt.Sprintf(format, args...)})
	}
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
		return ev.member(ev.evalDepth(e.X, s, depth), e.Text, e.Start)
	case syntax.ExprCall:
		return ev.apply(ev.evalDepth(e.X, s, depth), e, s, depth)
	case syntax.ExprSubscript:
		return ev.subscript(e, s, depth)
	case syntax.ExprTuple, syntax.ExprList:
		return ev.elements(e.List, s, depth)
	case syntax.ExprDict:
		return ev.dict(e.List, s, depth)
	case syntax.ExprFormat:
		return ev.format(e.List, s, depth)
	case syntax.ExprAdd:
		return ev.add(ev.evalDepth(e.X, s, depth), ev.evalDepth(e.Y, s, depth))
	case syntax.ExprModulo:
		return ev.percent(ev.evalDepth(e.X, s, depth), ev.evalDepth(e.Y, s, depth))
	case syntax.ExprAnd, syntax.ExprOr:
		return ev.either(e, s, depth)
	case syntax.ExprNot, syntax.ExprEqual, syntax.ExprNotEqual, syntax.ExprIn, syntax.ExprNotIn:
		if truth, known := ev.truth(e, s); known {
			return boolean(truth)
		}
		return nil
	case syntax.ExprConditional:
		return ev.conditional(e, s, depth)
	case syntax.ExprNamed:
		v := ev.evalDepth(e.X, s, depth)
		s.bind(e.Text, v)
		return v
	case syntax.ExprLambda:
		return &function{ev: ev, offset: e.Start, lambda: e, closure: s.enclosing()}
	case syntax.ExprComprehension:
		return ev.comprehension(e, s, depth)
	case syntax.ExprDictComprehension:
		return ev.dictComprehension(e, s, depth)
	}
	return nil
}

func constant(literal string) value {
	switch literal {
	case "True":
		return boolean(true)
	case "False":
		return boolean(false)
	case "None":
		return none{}
	}
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return integer(n)
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
		if c, isClass := v.(*class); isClass {
			if members, known := c.elements(); known {
				v = members
			}
		}
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

// member evaluates an attribute. The offset is where it is written.
func (ev *evaluator) member(v value, name string, offset int) value {
	return ev.memberDepth(v, name, offset, 0)
}

func (ev *evaluator) memberDepth(v value, name string, offset, depth int) value {
	switch v := v.(type) {
	case symbol:
		if v == "pytest.mark" {
			return &mark{Mark: Mark{Name: strings.Clone(name), File: ev.path, Line: ev.line(offset)}}
		}
		if len(v)+len(name) > maxText {
			return nil
		}
		return ev.followDepth(v.member(name), depth)
	case *mark:
		if name == "with_args" || name == "mark" {
			return v // called, it gives the mark further arguments
		}
	case *class:
		return v.memberOrAttribute(name)
	case *enumMember:
		return v.attribute(name)
	case text, list, *dict, *metafunc:
		return &method{v, name}
	case choice:
		alternatives := make([]value, len(v))
		for i, a := range v {
			alternatives[i] = ev.memberDepth(a, name, offset, depth)
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
	case syntax.ExprEqual, syntax.ExprNotEqual:
		if isMainCheck(e.X, e.Y) || isMainCheck(e.Y, e.X) {
			return e.Kind == syntax.ExprNotEqual, true
		}
		truth, known = equal(ev.eval(e.X, s), ev.eval(e.Y, s))
		return truth == (e.Kind == syntax.ExprEqual), known
	case syntax.ExprIn, syntax.ExprNotIn:
		truth, known = contains(ev.eval(e.Y, s), ev.eval(e.X, s))
		return truth == (e.Kind == syntax.ExprIn), known
	case syntax.ExprName, syntax.ExprAttribute:
		if e.Text == "TYPE_CHECKING" {
			return false, true
		}
	}
	return truthOf(ev.eval(e, s))
}

func isMainCheck(x, y *syntax.Expr) bool {
	return x.Kind == syntax.ExprName && x.Text == "__name__" && y.Kind == syntax.ExprString && y.Text == "__main__"
}
