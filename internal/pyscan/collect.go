package pyscan

import (
	"slices"
	"strings"
)

// A collector goes through the names of a module and its classes as pytest does.
type collector struct {
	ev                 *evaluator
	source             *Source
	bags               map[any]*bag // of the functions and classes
	classes, functions namePatterns
	tests              []Test
	fixtures           map[*scope]fixtureIndex
	// around and hooked are what modules and generated return, once asked for.
	around []*scope
	hooked map[string]Axis
}

// A place is where names are collected: the module, or a class.
type place struct {
	id      string   // node id, with "::" behind it if it is a class
	bag     bag      // marks of the module and of the classes around
	classes []*class // from the innermost out
	// line is that of what brings here what other files define.
	line int
	// presumed says that it depends on other files whether anything here counts.
	presumed bool
}

func (c *collector) collect() {
	module := c.ev.module
	if module.get("__test__") == boolean(false) {
		return
	}
	var p place
	c.ev.gather(&p.bag, module.get("pytestmark"), 0)
	for _, name := range module.order {
		p.line = c.ev.line(c.ev.imported[name])
		c.name(p, name, module.get(name))
	}
}

// name collects what a name of a module or class stands for.
func (c *collector) name(p place, name string, v value) {
	for _, v := range alternativesOf(v) {
		switch v := v.(type) {
		case *function:
			if c.isTest(v, name) {
				c.function(p, name, v)
			}
		case *class:
			c.class(p, name, v)
		case symbol:
			if c.isImportedTest(name, v) {
				c.presume(p, p.id+name)
			}
		}
	}
}

func (c *collector) isTest(f *function, name string) bool {
	switch {
	case f.fixture != nil || f.hidden:
		return false
	case f.test != nil:
		return *f.test
	}
	return c.functions.match(name)
}

// isImportedTest says whether pytest may collect something imported. A name
// imported from a package may be a module, too.
func (c *collector) isImportedTest(name string, path symbol) bool {
	return strings.Contains(string(path), ".") && !isKnown(path) && c.ev.modules[path] == nil && (c.functions.match(name) || c.classes.match(name))
}

// maxNesting bounds classes within classes.
const maxNesting = 20

func (c *collector) class(p place, name string, k *class) {
	test := k.attribute("__test__")
	named := c.classes.match(name) || test == boolean(true)
	switch {
	case test == boolean(false), !named && !k.unittest && !k.open, k.isAbstract():
		return
	case slices.Contains(p.classes, k), len(p.classes) == maxNesting:
		return // a class can be made an attribute of itself
	}
	inner := place{
		id:       p.id + name + "::",
		bag:      p.bag.join(c.classBag(k)),
		classes:  append([]*class{k}, p.classes...),
		presumed: p.presumed || !named && !k.unittest,
		line:     c.line(p, k.ev, k.offset),
	}
	switch {
	case k.unittest:
		c.unittest(inner, k)
	case k.builds:
		return
	default:
		c.members(inner, k)
	}
	if k.open && (named || k.unittest) {
		c.presume(inner, p.id+name)
	}
}

// members collects a class's methods and inner classes: those of the bases
// first, each as the method resolution order finds it.
func (c *collector) members(p place, k *class) {
	for _, base := range slices.Backward(k.mro) {
		for _, name := range base.scope.order {
			if !c.ev.spend(len(k.mro)) {
				return
			}
			if owner, v := k.find(name); owner == base {
				c.name(p, name, v)
			}
		}
	}
}

// find looks a name up in the class and its bases, and returns the first class that
// binds it. Where only some ways through that class do, the bases' is what it is in
// the others.
func (c *class) find(name string) (*class, value) {
	var owner *class
	var found []value
	for _, k := range c.mro {
		v := k.scope.get(name)
		if v == (unbound{}) {
			continue
		}
		if owner == nil {
			owner = k
		}
		alternatives := alternativesOf(v)
		bound := slices.DeleteFunc(slices.Clone(alternatives), func(v value) bool { return v == unbound{} })
		found = append(found, bound...)
		if len(bound) == len(alternatives) {
			break
		}
	}
	if owner == nil {
		return nil, unbound{}
	}
	return owner, choose(found)
}

// unittest collects the methods of a unittest.TestCase: by name only, and
// runTest where there is no other.
func (c *collector) unittest(p place, k *class) {
	before := len(c.tests)
	for _, base := range slices.Backward(k.mro) {
		for _, name := range base.scope.order {
			owner, v := k.find(name)
			if owner == base && strings.HasPrefix(name, "test") {
				c.method(p, name, v)
			}
		}
	}
	if len(c.tests) == before && !k.open {
		if _, v := k.find("runTest"); !isTrials(v) {
			c.method(p, "runTest", v)
		}
	}
}

// isTrials says whether a runTest is that of Twisted's own TestCase, which pytest passes
// over.
func isTrials(v value) bool {
	f, ok := v.(*function)
	return ok && strings.Contains("/"+f.ev.path, "/twisted/trial/")
}

func (c *collector) method(p place, name string, v value) {
	for _, v := range alternativesOf(v) {
		if f, ok := v.(*function); ok && !f.hidden && (f.test == nil || *f.test) {
			c.function(p, name, f)
		}
	}
}

func (c *collector) function(p place, name string, f *function) {
	p.line = c.line(p, f.ev, f.offset)
	c.emit(p, p.id+name, c.functionBag(f), f)
}

// line returns the line of what is defined at an offset, or of what brings it to p.
func (c *collector) line(p place, ev *evaluator, offset int) int {
	if ev.path != c.ev.path {
		return p.line
	}
	return ev.line(offset)
}

// presume adds what another file may have in store under an id.
func (c *collector) presume(p place, id string) {
	p.presumed = true
	c.emit(p, id, &bag{}, nil)
}

// emit adds a test. The function is nil where it is not known.
func (c *collector) emit(p place, id string, own *bag, f *function) {
	all := p.bag.join(own)
	if !c.ev.spend(16 + len(id) + len(all.marks)) {
		return
	}
	c.tests = append(c.tests, Test{
		ID:       strings.Clone(id),
		Line:     p.line,
		Marks:    all.marks,
		Axes:     concat(all.axes, c.fixtureAxes(p, all, f)),
		Presumed: p.presumed,
	})
}

// classBag returns the marks of a class and its bases, the bases' first.
func (c *collector) classBag(k *class) *bag {
	return c.bagOf(k, func(b *bag) {
		for _, base := range slices.Backward(k.mro) {
			c.ev.gather(b, base.scope.get("pytestmark"), 0)
			c.ev.gather(b, base.marks, 0)
		}
	})
}

func (c *collector) functionBag(f *function) *bag {
	return c.bagOf(f, func(b *bag) { c.ev.gather(b, f.marks, 0) })
}

// bagOf returns the bag of a function or class, which is filled once.
func (c *collector) bagOf(owner any, fill func(*bag)) *bag {
	if b, ok := c.bags[owner]; ok {
		return b
	}
	if c.bags == nil {
		c.bags = map[any]*bag{}
	}
	b := &bag{}
	fill(b)
	c.bags[owner] = b
	return b
}
