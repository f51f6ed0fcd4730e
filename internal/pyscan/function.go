package pyscan

import "github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"

func (ev *evaluator) function(def *syntax.Def, s *scope) *function {
	f := &function{offset: def.Offset, params: def.Params}
	for i := len(def.Decorators) - 1; i >= 0; i-- {
		f.decorate(ev.eval(def.Decorators[i], s))
	}
	return f
}

// decorate applies a decorator. One that is unknown is taken to return a
// function as well, with the marks of the one it is given.
func (f *function) decorate(v value) {
	switch v := v.(type) {
	case *mark:
		f.marks = append(f.marks, v)
	case choice:
		f.marks = append(f.marks, v)
	case *fixture:
		f.fixture = v
	case symbol:
		f.decorateForeign(last(string(v)))
	case result:
		f.decorateForeign(last(string(v)))
	}
}

func (f *function) decorateForeign(name string) {
	switch name {
	case "fixture":
		f.fixture = &fixture{}
	case "property", "cached_property":
		f.hidden = true
	case "abstractmethod":
		f.abstract = true
	case "abstractproperty":
		f.hidden, f.abstract = true, true
	case "nottest":
		f.setTest(false)
	case "istest":
		f.setTest(true)
	}
}
