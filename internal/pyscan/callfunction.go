package pyscan

import (
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// maxCalls bounds functions that call functions, maxBody, in bytes, those that are called
// at all, and maxSteps what a call takes: what makes marks is short.
const (
	maxCalls = 16
	maxBody  = 4096
	maxSteps = 1 << 14
)

// A functionCall is a function that is running.
type functionCall struct {
	returned []value // by any of its ways
}

// callFunction returns what a function returns.
func (ev *evaluator) callFunction(f *function, positional []value, keywords map[string]value) value {
	if len(ev.running) == 0 {
		ev.ofCall = maxSteps
	}
	isSame := func(g *function) bool { return g.def != nil && g.def == f.def || g == f }
	if len(ev.running) == maxCalls || ev.ofCalls < 0 || slices.ContainsFunc(ev.running, isSame) {
		return nil // of a function that calls itself, only running shows how often
	}
	ev.running = append(ev.running, f)
	defer func() { ev.running = ev.running[:len(ev.running)-1] }()
	if !ev.spend(8) {
		return nil
	}
	if f.lambda != nil {
		locals := newScope(f.closure)
		for i, param := range f.lambda.List {
			locals.bind(param.Text, argument(param.Text, i, positional, keywords))
		}
		return f.ev.inCall(ev).eval(f.lambda.X, locals)
	}
	if f.def == nil || f.fixture != nil || f.def.End-f.def.Start > maxBody {
		return nil
	}
	body := ev.body(f)
	if body == nil {
		return nil
	}
	inner := f.ev.inCall(ev)
	inner.mod, inner.lines = body.Module, f.ev.lines+body.Lines
	locals := newScope(f.closure)
	for i, p := range body.Params {
		locals.bind(p.Name, inner.parameter(p, i, positional, keywords, f.closure))
	}
	if !inner.run(body.Body, locals) {
		inner.call.returned = append(inner.call.returned, none{})
	}
	return choose(inner.call.returned)
}

// inCall returns an evaluator for code of ev's module that caller runs.
func (ev *evaluator) inCall(caller *evaluator) *evaluator {
	inner := *ev
	inner.imported = map[string]int{}
	inner.call = &functionCall{}
	inner.account = caller.account
	return &inner
}

// body reads a function's body, once.
func (ev *evaluator) body(f *function) *syntax.Function {
	if body, ok := ev.functions[f.def]; ok {
		return body
	}
	if ev.functions == nil {
		ev.functions = map[*syntax.Def]*syntax.Function{}
	}
	if !ev.spend((f.def.End - f.def.Start) / 8) {
		return nil
	}
	body := f.ev.mod.Function(f.def)
	ev.functions[f.def] = body
	return body
}

func argument(name string, i int, positional []value, keywords map[string]value) value {
	if i < len(positional) {
		return positional[i]
	}
	return keywords[name]
}

// parameter returns what a parameter is bound to, nil if that is unknown.
func (ev *evaluator) parameter(p syntax.Param, i int, positional []value, keywords map[string]value, s *scope) value {
	switch {
	case p.Stars == 1 && i <= len(positional):
		return list(positional[i:])
	case p.Stars == 1:
		return list{}
	case p.Stars == 2:
		return nil
	}
	v := argument(p.Name, i, positional, keywords)
	if _, named := keywords[p.Name]; i >= len(positional) && !named && p.Default != nil {
		v = ev.eval(p.Default, s)
	}
	return v
}

// own returns a function to which marks can be added: a copy, if it is another file's,
// whose own marks are not to depend on who imports it.
func (ev *evaluator) own(f *function) *function {
	if f.ev.account == ev.account {
		return f
	}
	own := *f
	own.marks = append(list{}, f.marks...)
	return &own
}

// ownClass does as own.
func (ev *evaluator) ownClass(c *class) *class {
	if c.ev.account == ev.account {
		return c
	}
	own := *c
	own.marks = append(list{}, c.marks...)
	own.mro = append([]*class{&own}, c.mro[1:]...)
	return &own
}
