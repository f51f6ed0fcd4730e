//go:build !cgo

package main

// Without a C compiler there is no tree-sitter.
var peerParse, peerWalk func([]byte) bool
