package gazelle_ext

import (
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/digraph"
)

// A graph has the nodes 0 to len(g)-1, and for each of them those that it points to.
type graph [][]int

// reaches says whether a path leads from one node to another.
func (g graph) reaches(from, to int) bool {
	seen := make([]bool, len(g))
	stack := []int{from}
	for len(stack) > 0 {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if node == to {
			return true
		}
		if !seen[node] {
			seen[node] = true
			stack = append(stack, g[node]...)
		}
	}
	return false
}

// components returns the strongly connected components, each sorted.
func (g graph) components() [][]int { return digraph.Components(g) }

// cycle returns a shortest cycle through a node, which begins with it; nil if there is
// none.
func (g graph) cycle(node int) []int {
	before := map[int]int{}
	queue := []int{node}
	for len(queue) > 0 {
		current := queue[0]
		queue = queue[1:]
		for _, next := range g[current] {
			if next == node {
				cycle := []int{current}
				for current != node {
					current = before[current]
					cycle = append(cycle, current)
				}
				slices.Reverse(cycle)
				return cycle
			}
			if _, seen := before[next]; !seen {
				before[next] = current
				queue = append(queue, next)
			}
		}
	}
	return nil
}
