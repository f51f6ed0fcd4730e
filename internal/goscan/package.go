package goscan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// Merge returns the tests of a package's files by name. Files for different systems,
// or a package and its _test package, may have a test of the same name. Which of them is
// compiled is not known here, so all must be marked alike.
func Merge(files ...[]model.GoTest) ([]model.GoTest, error) {
	all := slices.Concat(files...)
	slices.SortFunc(all, func(a, b model.GoTest) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	var merged []model.GoTest
	for _, t := range all {
		if last := len(merged) - 1; last >= 0 && merged[last].Name == t.Name {
			if !markedAlike(merged[last], t) {
				return nil, fmt.Errorf("%s:%d: %s: is marked otherwise than the one of %s:%d; one binary can hold either, so mark both alike", t.File, t.Line, t.Name, merged[last].File, merged[last].Line)
			}
			continue
		}
		merged = append(merged, t)
	}
	return merged, nil
}

// markedAlike compares marks. A scope without a name is another one in each file.
func markedAlike(a, b model.GoTest) bool {
	sameScope := a.Scope == b.Scope || a.Scope == a.File && b.Scope == b.File
	return a.Serial == b.Serial && a.Group == b.Group && sameScope
}
