package model

// Distribution modes: what a shard never splits, as pytest-xdist's --dist. The same
// words stand in rules/private/parts.bzl and in rules_xdist.units (Python).
const (
	Load      = "load"      // a test
	LoadScope = "loadscope" // a class, or a module's functions
	LoadFile  = "loadfile"  // a file
	LoadGroup = "loadgroup" // a group; a test in none is by itself
	No        = "no"        // everything
)

// Modes are the distribution modes that a target can have.
var Modes = []string{Load, LoadScope, LoadFile, LoadGroup, No}
