package model

import "fmt"

// A Position is a line of a file. The path is relative to the workspace.
type Position struct {
	Path string
	Line int
}

// String returns the position as messages begin with it.
func (p Position) String() string { return fmt.Sprintf("%s:%d", p.Path, p.Line) }
