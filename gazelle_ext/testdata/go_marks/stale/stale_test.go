package stale

import "testing"

func TestNoMarks(t *testing.T) {}
