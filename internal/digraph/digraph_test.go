package digraph

import (
	"fmt"
	"testing"
)

func TestComponents(t *testing.T) {
	//  0 -> 1 -> 2 -> 0,  2 -> 3 -> 4 -> 3,  5 -> 0,  6 -> 6
	g := [][]int{{1}, {2}, {0, 3}, {4}, {3}, {0}, {6}}
	if got, want := fmt.Sprint(Components(g)), "[[3 4] [0 1 2] [5] [6]]"; got != want {
		t.Errorf("components %s; want %s", got, want)
	}
}
