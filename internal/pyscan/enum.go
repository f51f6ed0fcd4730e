package pyscan

import (
	"cmp"
	"slices"
	"strings"
)

// An enumMember is a member of a class that is an enum.Enum.
type enumMember struct {
	class *class
	name  string
	// value is the member's value, nil if it is not known.
	value value
}

// enumKind says what the members of an enumeration are beside members.
type enumKind int

const (
	noEnum enumKind = iota
	// plainEnum: enum.Enum alone. Of others, such as IntEnum, it depends on the version of
	// Python how they are written out.
	plainEnum
	otherEnum
	// mixedTextEnum: class X(str, Enum); textEnum: enum.StrEnum.
	mixedTextEnum
	textEnum
)

// kindOfBase returns what a base that another file defines makes of an enumeration.
func kindOfBase(path symbol) enumKind {
	name := last(string(path))
	switch {
	case name == "StrEnum":
		return textEnum // also of the packages that have it for older versions of Python
	case path == "enum.Enum":
		return plainEnum
	case strings.HasPrefix(string(path), "enum."):
		return otherEnum
	}
	return noEnum
}

// inheritEnum notes what a base makes of the class. Which comes first does not matter:
// Python takes but one order.
func (c *class) inheritEnum(kind enumKind, mixin string) {
	c.enum = max(c.enum, kind)
	c.mixin = cmp.Or(c.mixin, mixin)
	switch {
	case c.enum != plainEnum || c.mixin == "":
	case c.mixin == "str":
		c.enum = mixedTextEnum
	default:
		c.enum = otherEnum
	}
}

// addMembers finds the members of an enumeration, whose body has run. Once the class is
// made, other modules may ask for them at the same time.
func (ev *evaluator) addMembers(c *class) {
	if c.enum == noEnum {
		return
	}
	c.members = map[string]*enumMember{}
	c.allMembers = list{}
	for _, name := range c.scope.order {
		v := c.scope.get(name)
		if !isMember(name, v) || !ev.spend(1) {
			continue
		}
		m := &enumMember{class: c, name: name, value: ev.enumValue(c, name, v)}
		c.members[name] = m
		c.allMembers = append(c.allMembers, m)
		c.maybeFewer = c.maybeFewer || slices.Contains(alternativesOf(v), value(unbound{}))
	}
}

// isMember says whether a name in the body of an enumeration is one of a member.
func isMember(name string, v value) bool {
	switch v.(type) {
	case unbound, *function, *class:
		return false
	}
	return !strings.HasPrefix(name, "_") || !strings.HasSuffix(name, "_")
}

// enumValue returns the value of a member that is assigned v.
func (ev *evaluator) enumValue(c *class, name string, v value) value {
	if _, made := c.find("__new__"); made != (unbound{}) {
		return nil
	}
	if called, ok := v.(result); !ok || last(string(called)) != "auto" {
		return v
	}
	if _, next := c.find("_generate_next_value_"); next != (unbound{}) {
		if f, ok := next.(*function); ok {
			return ev.callFunction(f, []value{text(name), nil, nil, nil}, nil)
		}
		return nil
	}
	if c.enum == textEnum {
		return text(strings.ToLower(name))
	}
	return nil
}

// elements returns what iterating over the class gives, if it is known.
func (c *class) elements() (list, bool) { return c.allMembers, c.enum != noEnum && !c.maybeFewer }

// memberOrAttribute evaluates an attribute of a class.
func (c *class) memberOrAttribute(name string) value {
	if m := c.members[name]; m != nil {
		return m
	}
	if name == "__members__" && c.enum != noEnum {
		d := &dict{}
		for _, m := range c.allMembers {
			if !d.set(text(m.(*enumMember).name), m) {
				return nil
			}
		}
		return d
	}
	return c.attribute(name)
}

// withValue evaluates a call of an enumeration: the member of a value.
func (c *class) withValue(v value) value {
	for _, m := range c.allMembers {
		same, known := equal(m.(*enumMember).value, v)
		if !known {
			return nil
		}
		if same {
			return m
		}
	}
	return nil
}

// attribute evaluates an attribute of a member.
func (m *enumMember) attribute(name string) value {
	switch name {
	case "name", "_name_":
		return text(m.name)
	case "value", "_value_":
		return m.value
	}
	if s, ok := textOf(m); ok {
		return &method{s, name}
	}
	return nil
}

// written returns what str(m) and f"{m}" are, where these are the same in all versions of
// Python.
func (m *enumMember) written() (string, bool) {
	for _, name := range []string{"__str__", "__format__"} {
		if _, own := m.class.find(name); own != (unbound{}) {
			return "", false
		}
	}
	if m.class.enum == plainEnum {
		return m.class.name + "." + m.name, true
	}
	s, ok := textOf(m)
	return string(s), ok && m.class.enum == textEnum
}

// equals says whether two members are the same one, if that is known. Those of one value
// are.
func (m *enumMember) equals(other *enumMember) (same, known bool) {
	switch {
	case m == other:
		return true, true
	case m.class != other.class:
		return false, true
	}
	return equal(m.value, other.value)
}

// textOf returns the string that a value is.
func textOf(v value) (text, bool) {
	if m, ok := v.(*enumMember); ok && m.class.enum >= mixedTextEnum {
		v = m.value
	}
	s, ok := v.(text)
	return s, ok
}
