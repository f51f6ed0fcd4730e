package pyscan

import (
	"path"
	"slices"
	"strings"
)

// namePatterns are the values of python_classes or python_functions.
type namePatterns []string

func namesOr(patterns []string, otherwise string) namePatterns {
	if len(patterns) == 0 {
		return namePatterns{otherwise}
	}
	return patterns
}

// match says whether pytest takes a name: it begins with one of the patterns, or
// fits one that has wildcards.
func (p namePatterns) match(name string) bool {
	return slices.ContainsFunc(p, func(pattern string) bool {
		if strings.HasPrefix(name, pattern) {
			return true
		}
		if !strings.ContainsAny(pattern, "*?[") {
			return false
		}
		// Of names, which have no slashes, path.Match and Python's fnmatch differ in
		// how a set of characters is negated.
		matched, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
		return matched && err == nil
	})
}
