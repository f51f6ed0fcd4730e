package pyscan

import (
	"cmp"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

func (ev *evaluator) function(def *syntax.Def, s *scope) *function {
	f := &function{ev: ev, offset: def.Offset, def: def, closure: s.enclosing()}
	for i := len(def.Decorators) - 1; i >= 0; i-- {
		v := ev.eval(def.Decorators[i], s)
		if decorator, ok := v.(*function); ok {
			f.become(ev.callFunction(decorator, []value{f}, nil))
		}
		f.decorate(v)
	}
	return f
}

// become adds to a function what a decorator of the repository has returned for it.
func (f *function) become(v value) {
	switch v := v.(type) {
	case *mark:
		f.marks = append(f.marks, v)
	case *function:
		if v != f {
			f.marks = append(f.marks, v.marks...)
			f.test = cmp.Or(v.test, f.test)
			f.fixture = cmp.Or(v.fixture, f.fixture)
		}
	}
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
