package pyscan

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A class is a class of the file, or of one that it imports.
type class struct {
	ev     *evaluator // of the file
	name   string
	offset int
	scope  *scope
	// mro is the method resolution order, as far as its files are known; the class
	// itself is first.
	mro   []*class
	marks list // by decorators
	// abstract has the names of the class's own abstract methods.
	abstract []string
	// members are those of an enumeration by their names, allMembers in their order;
	// maybeFewer says that some may not be there.
	members    map[string]*enumMember
	allMembers list
	maybeFewer bool

	// The rest is said of the class with all of its bases.

	// unittest: it is a unittest.TestCase.
	unittest bool
	// open: some bases are of files that are not known, and may have tests of their own.
	open bool
	// builds: an instance is made by an __init__ or __new__ that is not object's.
	builds bool
	// enum: it is an enumeration; mixin is the builtin type that its members are of as well.
	enum  enumKind
	mixin string
	// abc: the metaclass may forbid instances where abstract methods are left.
	abc bool
}

func (ev *evaluator) class(def *syntax.Def, s *scope) *class {
	c := &class{ev: ev, name: def.Name, offset: def.Offset}
	var bases []*class
	for _, arg := range def.Args {
		if arg.Kind == syntax.ExprKeyword {
			c.abc = c.abc || arg.Text == "metaclass"
			continue
		}
		for _, v := range alternativesOf(ev.eval(arg, s)) {
			if base, ok := v.(*class); ok {
				bases = append(bases, base)
			} else {
				c.inheritForeign(v, ev.starImport)
			}
		}
	}
	for _, base := range bases {
		c.unittest = c.unittest || base.unittest
		c.open = c.open || base.open
		c.builds = c.builds || base.builds
		c.abc = c.abc || base.abc
		c.inheritEnum(base.enum, base.mixin)
	}
	c.mro = ev.linearize(c, bases)
	c.scope = newScope(s.enclosing())
	c.scope.ofClass = true
	ev.run(def.Body, c.scope)
	ev.addMembers(c)
	if defines(c.scope, "__init__") || defines(c.scope, "__new__") {
		c.builds = true
	}
	for _, name := range c.scope.order {
		if f, ok := c.scope.get(name).(*function); ok && f.abstract {
			c.abstract = append(c.abstract, name)
		}
	}
	for i := len(def.Decorators) - 1; i >= 0; i-- {
		v := ev.eval(def.Decorators[i], s)
		if f, ok := v.(*function); ok {
			ev.callFunction(f, []value{c}, nil) // for the marks that it adds
		}
		c.decorate(v)
	}
	return c
}

func defines(s *scope, name string) bool {
	_, missing := s.get(name).(unbound)
	return !missing
}

// inheritForeign notes what is known of a base that another file defines.
func (c *class) inheritForeign(base value, starImport bool) {
	path, ok := base.(symbol)
	if !ok {
		c.open = true
		return
	}
	name := last(string(path))
	c.unittest = c.unittest || strings.HasSuffix(name, "TestCase")
	root, _, dotted := strings.Cut(string(path), ".")
	if dotted || name == "object" {
		c.inheritEnum(kindOfBase(path), "")
	} else {
		c.inheritEnum(noEnum, name)
	}
	switch {
	case !dotted && name != "object":
		// A builtin, if no star import hides another meaning.
		c.builds = c.builds || !starImport
		c.open = c.open || starImport
	case root == "abc":
		c.abc = true
	case root == "enum", root == "collections", root == "typing" && buildingTypes[name]:
		c.builds = true
	case !isKnown(path):
		c.open = true
	}
}

// knownModules are those whose classes bring no tests along, nor do those of the
// modules within them.
var knownModules = map[string]bool{
	"unittest": true, "typing": true, "typing_extensions": true, "django.test": true, "django.contrib": true,
	"twisted.trial.unittest": true, "testtools": true, "asynctest": true, "aiounittest": true,
	"flask_testing": true, "rest_framework.test": true,
}

// isKnown says whether a path leads into one of knownModules.
func isKnown(path symbol) bool {
	for i := range len(path) {
		if path[i] == '.' && knownModules[string(path[:i])] {
			return true
		}
	}
	return path == "object" || knownModules[string(path)]
}

var buildingTypes = map[string]bool{"NamedTuple": true, "TypedDict": true, "Protocol": true}

// decorate applies a decorator.
func (c *class) decorate(v value) {
	switch v := v.(type) {
	case *mark:
		c.marks = append(c.marks, v)
	case choice:
		c.marks = append(c.marks, v)
	case symbol:
		c.decorateForeign(last(string(v)))
	case result:
		c.decorateForeign(last(string(v)))
	}
}

func (c *class) decorateForeign(name string) {
	switch name {
	case "dataclass", "define", "frozen", "mutable", "attrs", "attributes":
		c.builds = true
	case "nottest":
		c.scope.bind("__test__", boolean(false))
	case "istest":
		c.scope.bind("__test__", boolean(true))
	}
}

// linearize computes the method resolution order by Python's algorithm, C3.
// Where that fails, which Python would refuse to import, the order is as the
// bases are written.
func (ev *evaluator) linearize(c *class, bases []*class) []*class {
	mro := []*class{c}
	var lanes [][]*class
	for _, base := range bases {
		lanes = append(lanes, base.mro)
	}
	lanes = append(lanes, bases)
	for {
		lanes = slices.DeleteFunc(lanes, func(lane []*class) bool { return len(lane) == 0 })
		if len(lanes) == 0 || !ev.spend(len(lanes)) {
			return mro
		}
		next := ev.nextInLine(lanes)
		mro = append(mro, next)
		for i, lane := range lanes {
			lanes[i] = without(lane, next)
		}
	}
}

// nextInLine returns the first head of a lane that stands in no lane's tail.
func (ev *evaluator) nextInLine(lanes [][]*class) *class {
	for _, lane := range lanes {
		free := !slices.ContainsFunc(lanes, func(other []*class) bool {
			return ev.spend(len(other)) && slices.Contains(other[1:], lane[0])
		})
		if free {
			return lane[0]
		}
	}
	return lanes[0][0]
}

// without returns a lane less a class that is its head or, where the order is
// inconsistent, anywhere in it.
func without(lane []*class, c *class) []*class {
	if lane[0] == c {
		return lane[1:]
	}
	if i := slices.Index(lane, c); i > 0 {
		return slices.Concat(lane[:i], lane[i+1:])
	}
	return lane
}

// attribute looks a name up in the class and its bases.
func (c *class) attribute(name string) value {
	if owner, v := c.find(name); owner != nil {
		return v
	}
	return nil
}

// isAbstract says whether instances are forbidden: an abstract method is left.
func (c *class) isAbstract() bool {
	if !c.abc && !c.open {
		return false
	}
	for _, k := range c.mro {
		for _, name := range k.abstract {
			if f, ok := c.attribute(name).(*function); ok && f.abstract {
				return true
			}
		}
	}
	return false
}
