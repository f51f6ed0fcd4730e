package pyscan

// A fixtureIndex has the fixtures that a module or class defines, by name, and
// the names of those that every test there uses.
type fixtureIndex struct {
	named   map[string][]*function
	autouse []string
}

// fixtureAxes returns the axes of the fixtures of this file that a test uses.
func (c *collector) fixtureAxes(p place, all bag, f *function) []Axis {
	if !c.ev.fixtureAxes || f == nil {
		return nil
	}
	pending := concat(f.params, all.fixtures)
	for _, s := range c.scopes(p) {
		pending = concat(pending, c.index(s).autouse)
	}
	seen := map[string]bool{}
	for _, name := range all.direct {
		seen[name] = true // the parametrize gives the values
	}
	var axes []Axis
	for len(pending) > 0 && c.ev.spend(1) {
		name := pending[0]
		pending = pending[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, fn := range c.fixture(p, name) {
			if fn.fixture.axis != nil {
				axes = append(axes, fn.fixture.axis)
			}
			pending = concat(pending, fn.params)
		}
	}
	return axes
}

// fixture returns the functions that a fixture's name may stand for, as the
// innermost scope has it.
func (c *collector) fixture(p place, name string) []*function {
	for _, s := range c.scopes(p) {
		if fns := c.index(s).named[name]; fns != nil {
			return fns
		}
	}
	return nil
}

// scopes returns where the fixtures of a place are defined, the innermost first.
func (c *collector) scopes(p place) []*scope {
	var scopes []*scope
	for _, k := range p.classes {
		for _, base := range k.mro {
			scopes = append(scopes, base.scope)
		}
	}
	return append(scopes, c.ev.module)
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
