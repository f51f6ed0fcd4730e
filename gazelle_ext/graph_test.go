package gazelle_ext

import (
	"fmt"
	"testing"
)

func TestGraph(t *testing.T) {
	//  0 -> 1 -> 2 -> 0,  2 -> 3 -> 4 -> 3,  5 -> 0,  6 -> 6
	g := graph{{1}, {2}, {0, 3}, {4}, {3}, {0}, {6}}
	if got, want := fmt.Sprint(g.components()), "[[3 4] [0 1 2] [5] [6]]"; got != want {
		t.Errorf("components %s; want %s", got, want)
	}
	for node, want := range map[int]string{0: "[0 1 2]", 2: "[2 0 1]", 4: "[4 3]", 5: "[]", 6: "[6]"} {
		if got := fmt.Sprint(g.cycle(node)); got != want {
			t.Errorf("cycle of %d: %s; want %s", node, got, want)
		}
	}
	if !g.reaches(5, 4) || g.reaches(4, 5) {
		t.Error("5 reaches 4, not the other way round")
	}
}
