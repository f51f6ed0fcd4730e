package pyscan

import (
	"maps"
	"slices"
)

// A fixtureIndex has the fixtures that a module or class defines, by name, and
// the names of those that every test there uses.
type fixtureIndex struct {
	named   map[string][]*function
	autouse []string
}

// fixtureAxes returns the axes of what parametrizes a test beside its marks: the fixtures
// that it uses, of its file and of the conftest.py files and plugins around it, and their
// hooks pytest_generate_tests.
func (c *collector) fixtureAxes(p place, all bag, f *function) []Axis {
	isUnittest := len(p.classes) > 0 && p.classes[0].unittest // which pytest does not parametrize
	if f == nil || isUnittest || !c.source.fixtureAxes && len(c.generated()) == 0 {
		return nil
	}
	u := usedFixtures{collector: c, place: p, bag: all, seen: map[string]bool{}}
	u.pending = slices.Concat(f.fixtures(), all.fixtures, c.source.options.Usefixtures)
	for _, s := range c.scopes(p) {
		u.pending = concat(u.pending, c.index(s).autouse)
	}
	u.useAll()
	for _, lazy := range all.lazy {
		u.useOne(lazy)
	}
	return u.axes
}

// usedFixtures are the fixtures of one test.
type usedFixtures struct {
	*collector
	place   place
	bag     bag
	pending []string
	seen    map[string]bool
	axes    []Axis
}

func (u *usedFixtures) useAll() {
	for len(u.pending) > 0 && u.ev.spend(1) {
		name := u.pending[0]
		u.pending = u.pending[1:]
		if !u.seen[name] && !slices.Contains(u.bag.replaced, name) {
			u.seen[name] = true
			u.use(name)
		}
	}
}

// useOne adds the axis of a parameter that stands for one of several fixtures.
func (u *usedFixtures) useOne(lazy []lazyFixture) {
	var sets markSets
	for _, name := range lazy {
		if u.seen[string(name)] {
			continue // counted already, and fixtures can stand for each other in a circle
		}
		one := usedFixtures{collector: u.collector, place: u.place, bag: u.bag, seen: maps.Clone(u.seen), pending: []string{string(name)}}
		one.useAll()
		combined := Axis{nil}
		for _, axis := range one.axes {
			combined = combined.and(axis)
		}
		for _, set := range combined {
			sets.add(set)
		}
	}
	if axis := sets.axis(); axis != nil {
		u.axes = append(u.axes, axis)
	}
}

// and combines each set of marks with each of another axis.
func (a Axis) and(other Axis) Axis {
	var both Axis
	for _, set := range a {
		for _, added := range other {
			if len(both) <= maxChoices {
				both = append(both, concat(set, added))
			}
		}
	}
	return both
}

// use adds what a fixture brings: its axis, and the fixtures that it requests. One that
// requests a fixture of its own name brings what it overrides as well, though not the
// axis of that, if it has params itself.
func (u *usedFixtures) use(name string) {
	given := slices.Contains(u.bag.given, name)
	if axis := u.generated()[name]; axis != nil && !given {
		u.axes = append(u.axes, axis)
		given = true
	}
	for _, s := range u.scopes(u.place) {
		functions := u.index(s).named[name]
		super, parametrized := len(functions) == 0, false
		for _, fn := range functions {
			if fn.fixture.axis != nil && !given {
				u.axes = append(u.axes, fn.fixture.axis)
			}
			if !given {
				u.useOne(fn.fixture.lazy)
			}
			parametrized = parametrized || fn.fixture.parametrized
			for _, requested := range fn.fixtures() {
				if requested == name {
					super = true
				} else {
					u.pending = append(slices.Clip(u.pending), requested)
				}
			}
		}
		given = given || parametrized
		if !super {
			return
		}
	}
}

// scopes returns where the fixtures of a place are defined, the innermost first.
func (c *collector) scopes(p place) []*scope {
	var scopes []*scope
	for _, k := range p.classes {
		for _, base := range k.mro {
			scopes = append(scopes, base.scope)
		}
	}
	return append(scopes, c.modules()...)
}

// modules returns the scopes of the modules that give fixtures and hooks to the file's
// tests: it, the conftest.py files from the nearest on, and plugins. Of these, pytest takes
// the later ones first; those of its configuration come before any conftest.py.
func (c *collector) modules() []*scope {
	if c.around != nil {
		return c.around
	}
	sources := withPlugins(append([]*Source{c.source}, c.source.conftests...))
	for _, plugin := range slices.Backward(c.source.configured) {
		sources = append(sources, plugin)
	}
	for _, s := range withPlugins(sources) {
		if s.ev != nil {
			c.around = append(c.around, s.ev.module)
		}
	}
	return c.around
}

// withPlugins adds the plugins that modules and these plugins name, each once.
func withPlugins(sources []*Source) []*Source {
	var all []*Source
	add := func(s *Source) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	for _, s := range sources {
		add(s)
	}
	for i := 0; i < len(all); i++ {
		for _, plugin := range all[i].plugins {
			add(plugin)
		}
	}
	return all
}

func (c *collector) index(s *scope) fixtureIndex {
	if index, ok := c.fixtures[s]; ok {
		return index
	}
	index := fixtureIndex{named: map[string][]*function{}}
	for _, binding := range s.order {
		for _, v := range alternativesOf(s.get(binding)) {
			f, ok := v.(*function)
			if !ok || f.fixture == nil {
				continue
			}
			name := binding
			if f.fixture.name != "" {
				name = f.fixture.name
			}
			index.named[name] = append(index.named[name], f)
			if f.fixture.autouse {
				index.autouse = append(index.autouse, name)
			}
		}
	}
	if c.fixtures == nil {
		c.fixtures = map[*scope]fixtureIndex{}
	}
	c.fixtures[s] = index
	return index
}

// A metafunc is the argument of a hook pytest_generate_tests. It has the axes of what the
// hook parametrizes in any of its ways, by the name of the parameter.
type metafunc struct{ axes map[string]Axis }

// parametrize is the method of that name.
func (m *metafunc) parametrize(ev *evaluator, positional []value, keywords map[string]value) {
	axis := ev.axisOfCases(argument("argvalues", 1, positional, keywords))
	for _, name := range argnames(argument("argnames", 0, positional, keywords)) {
		if axis != nil {
			m.axes[name] = axis
		}
		axis = nil // several parameters of one case are one axis
	}
}

// generated returns the axes that hooks pytest_generate_tests make, by parameter.
func (c *collector) generated() map[string]Axis {
	if c.hooked != nil {
		return c.hooked
	}
	c.hooked = map[string]Axis{}
	for _, s := range c.modules() {
		for _, v := range alternativesOf(s.get("pytest_generate_tests")) {
			if hook, ok := v.(*function); ok {
				c.ev.callFunction(hook, []value{&metafunc{c.hooked}}, nil)
			}
		}
	}
	return c.hooked
}
