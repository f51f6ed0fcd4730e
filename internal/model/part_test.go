package model

import "testing"

func TestGroupPart(t *testing.T) {
	for _, name := range []string{"db", "a_b", "v1.2-x"} {
		part, err := GroupPart(name)
		if err != nil {
			t.Errorf("GroupPart(%q): %v", name, err)
		}
		if got, ok := part.Group(); !ok || got != name {
			t.Errorf("GroupPart(%q).Group() = %q, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "a b", "a/b", "ü", "a]", "u@v", "a:b"} {
		if part, err := GroupPart(name); err == nil {
			t.Errorf("GroupPart(%q) = %q, want an error", name, part)
		}
	}
	for _, part := range []Part{Rest, Serial} {
		if name, ok := part.Group(); ok {
			t.Errorf("%s is group %q", part, name)
		}
	}
}

func TestMarkersOfParts(t *testing.T) {
	for _, c := range []struct {
		base    Part
		markers []string
		want    Part
		suffix  string
	}{
		{Rest, nil, "rest", ""},
		{Rest, []string{"unit"}, "rest+unit", "+unit"},
		{Serial, []string{"unit", "e2e", "unit"}, "serial+e2e+unit", "+e2e+unit"},
		{"group:db", []string{"unit"}, "group:db+unit", "+unit"},
	} {
		got := c.base.With(c.markers)
		if got != c.want || got.Base() != c.base || got.Markers() != c.suffix {
			t.Errorf("%s.With(%q) = %q of %q with %q, want %q with %q", c.base, c.markers, got, got.Base(), got.Markers(), c.want, c.suffix)
		}
		if got.Serial() != (c.base == Serial) {
			t.Errorf("%s: Serial() is %v", got, got.Serial())
		}
	}
	if name, ok := Part("group:db+unit").Group(); !ok || name != "db" {
		t.Errorf("the group of group:db+unit is %q, %v", name, ok)
	}
}
