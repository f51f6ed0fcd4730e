package model

// Markers says which of a suite's marks mean what. The lists are mark names.
type Markers struct {
	Serial []string // the test runs alone
	Group  []string // the test stays together with the others of its group
}

// DefaultMarkers returns the marks that count where nothing is configured: those
// of pytest-xdist, and "serial".
func DefaultMarkers() Markers {
	return Markers{Serial: []string{"serial"}, Group: []string{"xdist_group"}}
}
