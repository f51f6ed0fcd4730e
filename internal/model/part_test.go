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
