package pyscan

import (
	"regexp"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

var addsToSearchPath = regexp.MustCompile(`\b(?:sys\s*\.\s*path\s*\.\s*(?:insert|append)|(?:site\s*\.\s*)?addsitedir)\s*\(`)

// searchPath returns the folders that a module puts on sys.path and names by a common
// idiom, relative to its own.
func searchPath(mod *syntax.Module) []string {
	var folders []string
	for _, call := range addsToSearchPath.FindAllStringIndex(mod.Text, -1) {
		end := call[1] + argumentsEnd(mod.Text[call[1]:])
		for _, p := range mod.Paths {
			if call[1] <= p.Offset && p.Offset < end {
				folders = append(folders, p.Path)
				break
			}
		}
	}
	return folders
}

// argumentsEnd returns where the arguments of a call end, whose text begins behind the
// opening parenthesis.
func argumentsEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return len(text)
}
