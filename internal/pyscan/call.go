package pyscan

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// call evaluates a call.
func (ev *evaluator) call(e *syntax.Expr, s *scope, depth int) value {
	switch callee := ev.evalDepth(e.X, s, depth).(type) {
	case *mark:
		return ev.callMark(callee, e, s)
	case symbol:
		return ev.callSymbol(callee, e, s, depth)
	case choice:
		var alternatives []value
		for _, a := range callee {
			if m, ok := a.(*mark); ok {
				alternatives = append(alternatives, ev.callMark(m, e, s))
			} else {
				alternatives = append(alternatives, nil)
			}
		}
		return choose(alternatives)
	}
	return nil
}

// callMark gives a mark arguments, or, called with nothing but a function or
// class, marks that.
func (ev *evaluator) callMark(m *mark, e *syntax.Expr, s *scope) value {
	if len(e.List) == 1 {
		switch object := ev.eval(e.List[0], s).(type) {
		case *function:
			object.decorate(m)
			return object
		case *class:
			object.decorate(m)
			return object
		}
	}
	called := &mark{Mark: Mark{Name: m.Name, Line: m.Line, Args: slices.Clone(m.Args)}, cases: m.cases, argnames: m.argnames}
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
	if v, ok := ev.eval(x, s).(text); ok {
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
		m.argnames = argnames(ev.eval(arg, s))
	case i == 1 && arg.Kind != syntax.ExprKeyword:
		m.cases = ev.eval(arg, s)
	case arg.Kind == syntax.ExprKeyword && arg.Text == "argnames":
		m.argnames = argnames(ev.eval(arg.X, s))
	case arg.Kind == syntax.ExprKeyword && arg.Text == "argvalues":
		m.cases = ev.eval(arg.X, s)
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

// callSymbol evaluates a call of what another module defines.
func (ev *evaluator) callSymbol(callee symbol, e *syntax.Expr, s *scope, depth int) value {
	switch name := last(string(callee)); {
	case callee == "pytest.param":
		return ev.param(e, s)
	case name == "fixture":
		return ev.fixture(e, s)
	case len(e.List) == 0:
	case callee == "list", callee == "tuple":
		if v, ok := ev.evalDepth(e.List[0], s, depth).(list); ok {
			return v
		}
	case callee == "staticmethod", callee == "classmethod", name == "partial":
		if f, ok := ev.evalDepth(e.List[0], s, depth).(*function); ok {
			return f
		}
	}
	return result(callee)
}

func (ev *evaluator) param(e *syntax.Expr, s *scope) value {
	for _, arg := range e.List {
		if arg.Kind == syntax.ExprKeyword && arg.Text == "marks" {
			v := ev.eval(arg.X, s)
			ev.noteUnreadable("marks", v, arg.X)
			return &param{marks: v}
		}
	}
	return nil
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
			f.autouse = v != boolean(false)
		case "params":
			f.axis = ev.axisOfCases(v)
			ev.fixtureAxes = ev.fixtureAxes || f.axis != nil
		}
	}
	return f
}
