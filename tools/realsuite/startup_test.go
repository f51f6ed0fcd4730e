package main

import (
	"testing"
	"time"
)

func TestMedianOver(t *testing.T) {
	costs := func(all ...int) []cost {
		var made []cost
		for _, n := range all {
			made = append(made, cost{time.Duration(n), time.Duration(10 * n)})
		}
		return made
	}
	// Of each round by itself: the machine may have been slower in one of them.
	if got, want := medianOver(costs(5, 120, 8), costs(1, 100, 5)), (cost{4, 40}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
