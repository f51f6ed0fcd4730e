package model

import (
	"fmt"
	"slices"
)

// Markers says which of a suite's marks mean what. The lists are mark names, sorted.
type Markers struct {
	Serial []string // the test runs alone
	Group  []string // the test stays together with the others of its group
	Split  []string // tests that bear it get targets of their own, with it as a tag
}

// DefaultMarkers returns the marks that count where nothing is configured: those
// of pytest-xdist, and "serial".
func DefaultMarkers() Markers {
	return Markers{Serial: []string{"serial"}, Group: []string{"xdist_group"}}
}

// Equal says whether the same marks mean the same.
func (m Markers) Equal(n Markers) bool {
	return slices.Equal(m.Serial, n.Serial) && slices.Equal(m.Group, n.Group) && slices.Equal(m.Split, n.Split)
}

// Check says whether some mark has two meanings.
func (m Markers) Check() error {
	all := slices.Sorted(slices.Values(slices.Concat(m.Serial, m.Group, m.Split)))
	for i := 1; i < len(all); i++ {
		if name := all[i]; name == all[i-1] {
			return fmt.Errorf("mark %q: has two meanings among serial marks %q, group marks %q and split marks %q; in this folder or by a directive above it", name, m.Serial, m.Group, m.Split)
		}
	}
	return nil
}
