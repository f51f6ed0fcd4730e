package census

import "strings"

// emptySet is pytest's id of the one item of a parametrisation over nothing.
const emptySet = "[NOTSET]"

// function is where parametrised items come from: a node id without its parameters.
func function(nodeID string) string {
	name, _, _ := strings.Cut(nodeID, "[")
	return name
}

// pairRenamed finds the functions of which a target has as many items as the plain side,
// with other ids: these are not lost. An item that stands for no parameters at all is
// nothing extra where the others are lost.
func (c *comparison) pairRenamed(lost, extra []Finding) (remaining, others []Finding) {
	missing, more := map[string]int{}, map[string]int{}
	for _, f := range lost {
		if f.Cause == Inputs {
			missing[function(f.NodeID)]++
		}
	}
	for _, f := range extra {
		if !strings.HasSuffix(f.NodeID, emptySet) {
			more[function(f.NodeID)]++
		}
	}
	for _, f := range lost {
		if name := function(f.NodeID); f.Cause == Inputs && missing[name] == more[name] {
			f.Kind = Renamed
		}
		remaining = append(remaining, f)
	}
	for _, f := range extra {
		name := function(f.NodeID)
		explained := strings.HasSuffix(f.NodeID, emptySet) && missing[name] > 0
		if !explained && missing[name] != more[name] {
			others = append(others, f)
		}
	}
	return remaining, others
}
