package pyscan

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// apply evaluates a call of what callee may be.
func (ev *evaluator) apply(callee value, e *syntax.Expr, s *scope, depth int) value {
	switch callee := callee.(type) {
	case *mark:
		return ev.callMark(callee, e, s)
	case symbol:
		return ev.callSymbol(callee, e, s, depth)
	case *function:
		positional, keywords, known := ev.arguments(e.List, s, depth)
		if !known {
			return nil
		}
		return ev.callFunction(callee, positional, keywords)
	case *method:
		positional, keywords, known := ev.arguments(e.List, s, depth)
		if !known {
			return nil
		}
		return ev.callMethod(callee, positional, keywords)
	case *class:
		if positional, _, known := ev.arguments(e.List, s, depth); known && len(positional) == 1 {
			return callee.withValue(positional[0])
		}
	case choice:
		alternatives := make([]value, len(callee))
		for i, a := range callee {
			alternatives[i] = ev.apply(a, e, s, depth)
		}
		return choose(alternatives)
	}
	return nil
}

// arguments evaluates the arguments of a call, if it is known how many there are.
func (ev *evaluator) arguments(args []*syntax.Expr, s *scope, depth int) (positional []value, keywords map[string]value, known bool) {
	for _, arg := range args {
		switch arg.Kind {
		case syntax.ExprStarred:
			elements, ok := ev.iterate(ev.evalDepth(arg.X, s, depth))
			if !ok {
				return nil, nil, false
			}
			positional = append(positional, elements...)
		case syntax.ExprDoubleStarred:
			return nil, nil, false
		case syntax.ExprKeyword:
			if keywords == nil {
				keywords = map[string]value{}
			}
			keywords[arg.Text] = ev.evalDepth(arg.X, s, depth)
		default:
			positional = append(positional, ev.evalDepth(arg, s, depth))
		}
	}
	return positional, keywords, true
}

// callMark gives a mark arguments, or, called with nothing but a function or
// class, marks that.
func (ev *evaluator) callMark(m *mark, e *syntax.Expr, s *scope) value {
	if len(e.List) == 1 && e.List[0].Kind != syntax.ExprKeyword {
		switch object := ev.eval(e.List[0], s).(type) {
		case *function:
			object = ev.own(object)
			object.decorate(m)
			return object
		case *class:
			object = ev.ownClass(object)
			object.decorate(m)
			return object
		}
	}
	called := &mark{Mark: Mark{Name: m.Name, File: m.File, Line: m.Line, Args: slices.Clone(m.Args)}, cases: m.cases, argnames: m.argnames, indirect: m.indirect}
	for i, arg := range e.List {
		called.Args = append(called.Args, ev.arg(arg, s))
		ev.parametrize(called, i, arg, s)
	}
	return called
}

// arg evaluates an argument of a mark.
func (ev *evaluator) arg(e *syntax.Expr, s *scope) Arg {
	a := Arg{}
	x := e
	if e.Kind == syntax.ExprKeyword {
		a.Keyword, x = strings.Clone(e.Text), e.X
	}
	if v, ok := textOf(ev.eval(x, s)); ok {
		a.Value, a.Literal = strings.Clone(string(v)), true
	} else {
		a.Value = ev.source(x)
	}
	return a
}

// source returns the beginning of an expression's source, for messages.
func (ev *evaluator) source(e *syntax.Expr) string {
	const most = 80
	src := strings.Join(strings.Fields(ev.mod.Source(e)), " ")
	if len(src) <= most {
		return strings.Clone(src)
	}
	return strings.ToValidUTF8(src[:most], "") + "..."
}

// parametrize keeps the arguments of a mark whose meaning bears on other marks.
func (ev *evaluator) parametrize(m *mark, i int, arg *syntax.Expr, s *scope) {
	switch {
	case m.Name == "usefixtures":
		if name, ok := ev.eval(arg, s).(text); ok {
			m.argnames = append(m.argnames, string(name))
		}
	case m.Name != "parametrize":
	case i == 0 && arg.Kind != syntax.ExprKeyword:
		m.setArgnames(ev.eval(arg, s))
	case i == 2 && arg.Kind != syntax.ExprKeyword:
		m.indirect = ev.eval(arg, s)
	case i == 1 && arg.Kind != syntax.ExprKeyword:
		m.cases = ev.eval(arg, s)
	case arg.Kind == syntax.ExprKeyword && arg.Text == "argnames":
		m.setArgnames(ev.eval(arg.X, s))
	case arg.Kind == syntax.ExprKeyword && arg.Text == "argvalues":
		m.cases = ev.eval(arg.X, s)
	case arg.Kind == syntax.ExprKeyword && arg.Text == "indirect":
		m.indirect = ev.eval(arg.X, s)
	}
}

func (m *mark) setArgnames(v value) {
	m.argnames = argnames(v)
	if m.indirect == nil {
		m.indirect = boolean(false)
	}
}

// argnames splits the parameter names of a parametrize.
func argnames(v value) []string {
	var names []string
	switch v := v.(type) {
	case text:
		for name := range strings.SplitSeq(string(v), ",") {
			names = append(names, strings.TrimSpace(name))
		}
	case list:
		for _, w := range v {
			if name, ok := w.(text); ok {
				names = append(names, string(name))
			}
		}
	}
	return names
}

// callSymbol evaluates a call of what is defined in no known module.
func (ev *evaluator) callSymbol(callee symbol, e *syntax.Expr, s *scope, depth int) value {
	switch {
	case callee == "pytest.param":
		return ev.param(e, s)
	case last(string(callee)) == "fixture":
		return ev.fixture(e, s)
	case isLazyFixture(callee) && len(e.List) == 1:
		if name, ok := ev.evalDepth(e.List[0], s, depth).(text); ok {
			return lazyFixture(name)
		}
	}
	positional, keywords, known := ev.arguments(e.List, s, depth)
	if call := builtinOf(callee); known && call != nil {
		if v := call(ev, positional, keywords); v != nil {
			return v
		}
	}
	return result(callee)
}

func (ev *evaluator) param(e *syntax.Expr, s *scope) value {
	p := &param{marks: none{}}
	marked := false
	for _, arg := range e.List {
		switch {
		case arg.Kind == syntax.ExprKeyword && arg.Text == "marks":
			p.marks, marked = ev.eval(arg.X, s), true
			ev.noteUnreadable("marks", p.marks, arg.X)
		case arg.Kind == syntax.ExprCall:
			if lazy, ok := ev.eval(arg, s).(lazyFixture); ok {
				p.lazy = append(p.lazy, lazy)
			}
		}
	}
	if !marked && p.lazy == nil {
		return nil
	}
	return p
}

func (ev *evaluator) fixture(e *syntax.Expr, s *scope) value {
	f := &fixture{}
	for _, arg := range e.List {
		if arg.Kind != syntax.ExprKeyword {
			if fn, ok := ev.eval(arg, s).(*function); ok {
				fn.fixture = f // fixture(function), not as a decorator
				return fn
			}
			continue
		}
		switch v := ev.eval(arg.X, s); arg.Text {
		case "name":
			if name, ok := v.(text); ok {
				f.name = string(name)
			}
		case "autouse":
			truth, known := truthOf(v)
			f.autouse = truth || !known
		case "params":
			f.parametrized = v != value(none{})
			f.axis, f.lazy = ev.axisOfCases(v), lazyIn(v)
			ev.fixtureAxes = ev.fixtureAxes || f.axis != nil
		}
	}
	return f
}
