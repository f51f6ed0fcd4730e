package census

import (
	"fmt"
	"strings"
)

// examples is how many tests of a line stand there by name.
const examples = 3

// Lines says each finding in a line. Tests of one file with which the same is wrong
// share one, so that a file that has lost a thousand parameters does not hide another.
func Lines(findings []Finding) []string {
	var lines []string
	together := map[string][]Finding{}
	var order []string
	for _, f := range findings {
		key := f.key()
		if together[key] == nil {
			order = append(order, key)
		}
		together[key] = append(together[key], f)
	}
	for _, key := range order {
		lines = append(lines, line(together[key]))
	}
	return lines
}

// key is the same for findings that share a line.
func (f Finding) key() string {
	file, _, _ := strings.Cut(f.NodeID, "::")
	return fmt.Sprintf("%q %d %d %q %q %q", file, f.Kind, f.Cause, f.Detail, f.Targets, f.Others)
}

func line(alike []Finding) string {
	if len(alike) == 1 {
		return alike[0].String()
	}
	file, _, _ := strings.Cut(alike[0].NodeID, "::")
	var names []string
	for _, f := range alike[:min(examples, len(alike))] {
		names = append(names, strings.TrimPrefix(f.NodeID, file+"::"))
	}
	return fmt.Sprintf("%s: %d tests, such as %s: %s", file, len(alike), strings.Join(names, ", "), alike[0].verdict())
}
