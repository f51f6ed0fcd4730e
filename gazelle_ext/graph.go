package gazelle_ext

import "slices"

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

// components returns the strongly connected components, each sorted: sets of nodes that
// all reach each other. A node that is on no cycle is a component of its own.
func (g graph) components() [][]int {
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
	graph      graph
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
