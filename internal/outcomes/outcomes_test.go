package outcomes

import (
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

func TestCompare(t *testing.T) {
	passed, skipped := junitxml.Case{Outcome: junitxml.Passed}, junitxml.Case{Outcome: junitxml.Skipped}
	plain := Outcomes{"same": {passed}, "lost": {passed}, "doubled": {passed}, "other": {skipped},
		"twice": {passed, skipped}, "half": {passed, passed}}
	sharded := Outcomes{"same": {passed}, "doubled": {passed, passed}, "other": {passed}, "new": {passed},
		"twice": {skipped, passed}, "half": {passed}}
	var got []string
	for _, d := range Compare(plain, sharded) {
		got = append(got, d.NodeID)
	}
	want := []string{"doubled", "half", "lost", "new", "other"}
	if len(got) != len(want) {
		t.Fatalf("Compare: differences in %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("Compare: difference %d is of %q, want %q", i, got[i], want[i])
		}
	}
	if found := Compare(plain, plain); len(found) > 0 {
		t.Errorf("Compare of a run with itself: %v, want nothing", found)
	}
}
