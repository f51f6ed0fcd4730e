// Package digraph has what is asked of directed graphs in several places. It knows nothing
// of what the nodes are.
package digraph

import "slices"

// Components returns the strongly connected components of a graph with the nodes 0 to
// len(g)-1, which has for each of them those that it points to: sets of nodes, sorted, that
// all reach each other. A node that is on no cycle is a component of its own. A component
// comes behind all others that it points to.
func Components(g [][]int) [][]int {
	t := tarjan{graph: g, index: make([]int, len(g)), low: make([]int, len(g)), onStack: make([]bool, len(g))}
	for node := range g {
		if t.index[node] == 0 {
			t.visit(node)
		}
	}
	return t.components
}

// tarjan is the state of Tarjan's algorithm.
type tarjan struct {
	graph      [][]int
	index, low []int // from 1; 0: not visited
	onStack    []bool
	stack      []int
	visited    int
	components [][]int
}

func (t *tarjan) visit(node int) {
	t.visited++
	t.index[node], t.low[node] = t.visited, t.visited
	t.stack = append(t.stack, node)
	t.onStack[node] = true
	for _, next := range t.graph[node] {
		switch {
		case t.index[next] == 0:
			t.visit(next)
			t.low[node] = min(t.low[node], t.low[next])
		case t.onStack[next]:
			t.low[node] = min(t.low[node], t.index[next])
		}
	}
	if t.low[node] != t.index[node] {
		return
	}
	start := slices.Index(t.stack, node)
	component := slices.Clone(t.stack[start:])
	t.stack = t.stack[:start]
	for _, member := range component {
		t.onStack[member] = false
	}
	slices.Sort(component)
	t.components = append(t.components, component)
}
