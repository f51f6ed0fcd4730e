package main

import (
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

func TestCompare(t *testing.T) {
	const passed, skipped = junitxml.Passed, junitxml.Skipped
	plain := outcomes{"same": {passed}, "lost": {passed}, "doubled": {passed}, "other": {skipped}}
	sharded := outcomes{"same": {passed}, "doubled": {passed, passed}, "other": {passed}, "new": {passed}}
	var got []string
	for _, d := range compare(plain, sharded) {
		got = append(got, d.nodeID)
	}
	want := []string{"doubled", "lost", "new", "other"}
	if len(got) != len(want) {
		t.Fatalf("compare: differences in %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("compare: difference %d is of %q, want %q", i, got[i], want[i])
		}
	}
	if found := compare(plain, plain); len(found) > 0 {
		t.Errorf("compare of a run with itself: %v, want nothing", found)
	}
}
