package pyscan

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A value is what a name or expression is when the module is imported, as far as
// that can be known. It is one of the types below, or nil for unknown.
type value any

type (
	// A symbol is the dotted path of something defined elsewhere, such as
	// "pytest.mark"; of a relative import it begins with the dots.
	symbol string
	// A result is what a call of a symbol returns.
	result symbol

	text    string
	boolean bool
	integer int64
	none    struct{}
	// list is a list, tuple or set.
	list []value
	// A choice is one of several values, by what cannot be known.
	choice []value
	// unbound is a name without a value, as one is that only some ways through
	// the module bind.
	unbound struct{}
)

// member returns the path of what a module has by a name. Some suites hand pytest
// itself on from a module of their own, with a stand-in where it is not installed.
func (s symbol) member(name string) symbol {
	switch {
	case name == "pytest":
		return "pytest"
	case s == "" || strings.HasSuffix(string(s), "."):
		return s + symbol(name) // from . import name
	}
	return s + "." + symbol(name)
}

// parent splits off the last name, not off the dots of a relative import.
func (s symbol) parent() (symbol, string) {
	i := strings.LastIndexByte(string(s), '.')
	if i < 0 || i == len(s)-1 {
		return "", string(s) // without dots, or nothing else
	}
	if name := string(s[i+1:]); strings.Trim(string(s[:i]), ".") == "" {
		return s[:i+1], name
	}
	return s[:i], string(s[i+1:])
}

// A mark is a pytest mark or mark decorator.
type mark struct {
	Mark
	cases    value    // the values of a parametrize
	argnames []string // the parameters of a parametrize, or fixtures of a usefixtures
	indirect value    // which parameters of a parametrize are for fixtures, if it says so
}

// replaced returns the parameters of a parametrize that stand for no fixture.
func (m *mark) replaced() []string {
	switch indirect := m.indirect.(type) {
	case boolean:
		if !indirect {
			return m.argnames
		}
	case list:
		return slices.DeleteFunc(slices.Clone(m.argnames), func(name string) bool { return slices.Contains(indirect, value(text(name))) })
	}
	return nil
}

// A param is a pytest.param with marks, or with fixtures among its values.
type param struct {
	marks value
	lazy  []lazyFixture
}

// A lazyFixture is a parameter's value that stands for a fixture, of the plugins
// pytest-lazy-fixtures and pytest-lazy-fixture.
type lazyFixture string

func isLazyFixture(path symbol) bool {
	switch path {
	case "pytest_lazy_fixtures.lf", "pytest_lazyfixture.lazy_fixture", "pytest.lazy_fixture":
		return true
	}
	return false
}

// lazyIn returns the fixtures that the values of a parametrization stand for.
func lazyIn(cases value) []lazyFixture {
	var found []lazyFixture
	for _, alternative := range alternativesOf(cases) {
		elements, _ := alternative.(list)
		for _, element := range elements {
			switch v := element.(type) {
			case lazyFixture:
				found = append(found, v)
			case *param:
				found = append(found, v.lazy...)
			case list:
				found = append(found, lazyIn(v)...)
			}
		}
	}
	return found
}

// A fixture is what pytest.fixture makes of a function.
type fixture struct {
	name    string // if not the function's
	autouse bool
	// parametrized says that it has params, axis what marks they bear, and lazy which
	// fixtures they stand for.
	parametrized bool
	axis         Axis
	lazy         []lazyFixture
}

// A function is a function of the file, or of one that it imports.
type function struct {
	ev     *evaluator // of the file
	offset int
	def    *syntax.Def  // nil for a lambda
	lambda *syntax.Expr // nil for a def
	// closure is the scope in which its names are looked up.
	closure *scope
	marks   list
	fixture *fixture
	// test is the __test__ attribute, where it is set.
	test *bool
	// hidden is a function that is no function to its class: a property.
	hidden   bool
	abstract bool
}

// fixtures returns the parameters that name fixtures.
func (f *function) fixtures() []string {
	if f.def == nil {
		return nil
	}
	var names []string
	for _, p := range f.def.Params {
		if p.Stars == 0 && p.Default == nil {
			names = append(names, p.Name)
		}
	}
	return names
}

// last returns the last name of a dotted path.
func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// maxChoices bounds the values of a choice, and the sets of marks of an axis
// that comes from one.
const maxChoices = 64

// choose joins alternatives to one value.
func choose(alternatives []value) value {
	var out choice
	for _, a := range alternatives {
		for _, v := range alternativesOf(a) {
			if !out.has(v) {
				out = append(out, v)
			}
			if len(out) > maxChoices {
				return nil
			}
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// alternativesOf returns what a value may be.
func alternativesOf(v value) []value {
	if c, ok := v.(choice); ok {
		return c
	}
	return []value{v}
}

// has says whether a value is among the alternatives already. Lists are not
// compared.
func (c choice) has(v value) bool {
	if _, ok := v.(list); ok {
		return false
	}
	for _, w := range c {
		if _, ok := w.(list); !ok && v == w {
			return true
		}
	}
	return false
}

// maxText bounds the strings that are computed, as text + text can double.
const maxText = 4096

// add evaluates v + w.
func (ev *evaluator) add(v, w value) value {
	if s, ok := textOf(v); ok {
		v = s
	}
	switch v := v.(type) {
	case text:
		if w, ok := textOf(w); ok && len(v)+len(w) <= maxText && ev.spend((len(v)+len(w))/64) {
			return v + w
		}
	case list:
		switch w := w.(type) {
		case list:
			return ev.concat(v, w)
		case choice:
			// Of which the elements may be, with the others certain.
			return ev.concat(v, list{w})
		}
	case choice:
		if w, ok := w.(list); ok {
			return ev.concat(list{v}, w)
		}
	}
	return nil
}

func (ev *evaluator) concat(v, w list) value {
	if !ev.spend(len(v) + len(w)) {
		return nil
	}
	return append(append(make(list, 0, len(v)+len(w)), v...), w...)
}
