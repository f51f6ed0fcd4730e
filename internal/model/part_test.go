package model

import (
	"encoding/json"
	"testing"
)

// The vectors are those of the twin in Python.
func TestGroupNamed(t *testing.T) {
	var vectors map[string]Part
	if err := json.Unmarshal([]byte(read(t, "rules/pytest_plugin/tests/group_parts.json")), &vectors); err != nil || len(vectors) < 20 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	for name, want := range vectors {
		part := GroupNamed(name)
		if part != want {
			t.Errorf("GroupNamed(%q) = %q, want %q", name, part, want)
		}
		for _, p := range []Part{part, part.With([]string{"unit"})} {
			if got, ok := p.Group(); !ok || got != name || p.Base() != part {
				t.Errorf("%q is group %q, %v, of base %q", p, got, ok, p.Base())
			}
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
