package model

// GoTest is a top-level test function of a Go package, and what its author marked it
// with. Subtests are a part of it: nothing ever splits them off.
type GoTest struct {
	Name string `json:"name"`
	File string `json:"file"` // base name
	Line int    `json:"line"`
	// Serial tests run alone.
	Serial bool `json:"serial,omitempty"`
	// Tests of a Group run in one process if groups count, those of a Scope if scopes
	// do. Both are names within the package.
	Group string `json:"group,omitempty"`
	Scope string `json:"scope,omitempty"`
}

// Part is Serial or Rest. A Go group never is a part: the package is one binary, so
// its target has all of the group's tests and keeps them together by itself.
func (t GoTest) Part() Part {
	if t.Serial {
		return Serial
	}
	return Rest
}

// Unit names what a shard never splits and the test is in, under the mode dist.
func (t GoTest) Unit(dist string) string {
	switch {
	case dist == No:
		return ""
	case dist == LoadFile && t.File != "":
		return t.File
	case dist == LoadGroup && t.Group != "":
		return groupPrefix + t.Group
	case dist == LoadScope && t.Scope != "":
		return "scope:" + t.Scope
	}
	return t.Name
}
