package model

import (
	"slices"
	"testing"
)

func TestJoinGroups(t *testing.T) {
	names := []string{"b", "a", "b"}
	if got := JoinGroups(names); got != "a_b" {
		t.Errorf("got %q, want a_b", got)
	}
	if !slices.Equal(names, []string{"b", "a", "b"}) {
		t.Errorf("the argument became %q", names)
	}
}

func TestComparePart(t *testing.T) {
	parts := []Part{Serial, "group:zoo", "group:a", Rest}
	slices.SortFunc(parts, ComparePart)
	if want := []Part{Rest, "group:a", "group:zoo", Serial}; !slices.Equal(parts, want) {
		t.Errorf("got %v, want %v", parts, want)
	}
}
