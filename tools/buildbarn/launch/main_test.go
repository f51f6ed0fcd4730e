package main

import (
	"strings"
	"testing"
)

func TestOnlyLinuxHasTheCluster(t *testing.T) {
	if err := supports("linux"); err != nil {
		t.Error(err)
	}
	if err := supports("darwin"); err == nil || !strings.Contains(err.Error(), "--remote_executor") {
		t.Errorf("on macOS it says: %v", err)
	}
}
