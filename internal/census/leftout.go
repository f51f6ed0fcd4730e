package census

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// leaveOut takes away the findings on tests that are meant to be left out, and finds the
// patterns that leave out none.
func (c Census) leaveOut(findings []Finding) []Finding {
	var remaining []Finding
	used := map[string]bool{}
	patterns := slices.Sorted(maps.Keys(c.LeftOut))
	for _, finding := range findings {
		at := slices.IndexFunc(patterns, func(p string) bool { return matches(p, finding.NodeID) })
		if at < 0 {
			remaining = append(remaining, finding)
			continue
		}
		used[patterns[at]] = true
	}
	for _, pattern := range patterns {
		if !used[pattern] {
			remaining = append(remaining, Finding{Kind: Unused, Detail: pattern})
		}
	}
	return remaining
}

// matches reports whether a pattern is a test's node id, or the path of its file, a
// folder, a class or function that it is in. `*` is any text.
func matches(pattern, nodeID string) bool {
	literals := strings.Split(pattern, "*")
	for i, text := range literals {
		literals[i] = regexp.QuoteMeta(text)
	}
	return regexp.MustCompile(`^(?s:` + strings.Join(literals, ".*") + `)($|/|::|\[)`).MatchString(nodeID)
}
