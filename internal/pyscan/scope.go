package pyscan

// A scope holds the names of a module or class body, or those of a comprehension.
type scope struct {
	names map[string]value
	order []string // of first binding
	outer *scope
	// ofClass says that functions within do not see the names.
	ofClass bool
	frames  []frame // the branches being run, outermost first
}

// A frame notes what a branch changes: the names, by first change, with the
// values that they had.
type frame struct {
	names []string
	old   map[string]value
}

// A change is what one branch makes of names.
type change struct {
	names  []string
	values map[string]value
}

func newScope(outer *scope) *scope {
	return &scope{names: map[string]value{}, outer: outer}
}

// enclosing returns the scope in which functions within s look names up.
func (s *scope) enclosing() *scope {
	for s.ofClass {
		s = s.outer
	}
	return s
}

// get returns what the scope itself binds a name to, or unbound.
func (s *scope) get(name string) value {
	if v, ok := s.names[name]; ok {
		return v
	}
	return unbound{}
}

// lookup follows a name outwards. One that nothing binds is a builtin, or comes
// from a star import: it is a symbol of its own name.
func (s *scope) lookup(name string) value {
	for ; s != nil; s = s.outer {
		v := s.get(name)
		if _, ok := v.(unbound); !ok {
			return v
		}
	}
	return symbol(name)
}

func (s *scope) bind(name string, v value) {
	old, known := s.names[name]
	if !known {
		s.order = append(s.order, name)
		old = unbound{}
	}
	if n := len(s.frames); n > 0 {
		s.frames[n-1].note(name, old)
	}
	s.names[name] = v
}

func (f *frame) note(name string, old value) {
	if _, ok := f.old[name]; ok {
		return
	}
	if f.old == nil {
		f.old = map[string]value{}
	}
	f.old[name] = old
	f.names = append(f.names, name)
}

// try runs a branch, takes back what it changes, and returns it.
func (s *scope) try(run func()) change {
	s.frames = append(s.frames, frame{})
	run()
	f := s.frames[len(s.frames)-1]
	s.frames = s.frames[:len(s.frames)-1]
	c := change{names: f.names, values: map[string]value{}}
	for _, name := range f.names {
		c.values[name] = s.names[name]
		s.names[name] = f.old[name]
	}
	return c
}

// merge binds the names that some of the branches change to all that they may be.
// Unless complete, it may also be that none of the branches is taken.
func (s *scope) merge(changes []change, complete bool) {
	merged := map[string]bool{}
	for _, c := range changes {
		for _, name := range c.names {
			if !merged[name] {
				merged[name] = true
				s.bind(name, s.after(name, changes, complete))
			}
		}
	}
}

func (s *scope) after(name string, changes []change, complete bool) value {
	var alternatives []value
	for _, c := range changes {
		if v, ok := c.values[name]; ok {
			alternatives = append(alternatives, v)
		} else {
			alternatives = append(alternatives, s.get(name))
		}
	}
	if !complete {
		alternatives = append(alternatives, s.get(name))
	}
	return choose(alternatives)
}
