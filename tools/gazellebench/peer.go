//go:build cgo

package main

import (
	treesitter "github.com/tree-sitter/go-tree-sitter"
	python "github.com/tree-sitter/tree-sitter-python/bindings/go"
)

var pythonLanguage = treesitter.NewLanguage(python.Language())

// peerParse parses a file with tree-sitter.
var peerParse = func(source []byte) bool {
	return parsed(source, func(*treesitter.Tree) bool { return true })
}

// peerWalk also visits each node of the tree once, by the cheapest way that the bindings
// offer. It takes nothing out of the tree.
var peerWalk = func(source []byte) bool {
	return parsed(source, func(tree *treesitter.Tree) bool {
		cursor := tree.Walk()
		defer cursor.Close()
		return visit(cursor) > 0
	})
}

func parsed(source []byte, use func(*treesitter.Tree) bool) bool {
	parser := treesitter.NewParser()
	defer parser.Close()
	if err := parser.SetLanguage(pythonLanguage); err != nil {
		return false
	}
	tree := parser.Parse(source, nil)
	defer tree.Close()
	return use(tree)
}

// visit returns the number of nodes below and at the cursor.
func visit(cursor *treesitter.TreeCursor) int {
	nodes := 1
	if cursor.GotoFirstChild() {
		nodes += visit(cursor)
		for cursor.GotoNextSibling() {
			nodes += visit(cursor)
		}
		cursor.GotoParent()
	}
	return nodes
}
