package model

import (
	"encoding/json"
	"os"
	"testing"
)

func TestInWorkspace(t *testing.T) {
	content, err := os.ReadFile("../../rules/pytest_plugin/tests/nodeid_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Root, NodeID, Workspace string }
	if err := json.Unmarshal(content, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 5 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		if got := InWorkspace(v.Root, v.NodeID); got != v.Workspace {
			t.Errorf("InWorkspace(%q, %q) = %q, want %q", v.Root, v.NodeID, got, v.Workspace)
		}
	}
}
