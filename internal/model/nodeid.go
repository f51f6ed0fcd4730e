package model

import (
	"path"
	"strings"
)

// InWorkspace returns the node id by which the whole repository knows a test that
// pytest, started in the folder root of the workspace, calls nodeID. Its twin in Python
// is rules_xdist.nodeids; both are held to the same vectors.
func InWorkspace(root, nodeID string) string {
	if root == "" {
		return nodeID
	}
	file, address, found := strings.Cut(nodeID, "::")
	file = path.Join(root, file)
	if !found {
		return file
	}
	return file + "::" + address
}
