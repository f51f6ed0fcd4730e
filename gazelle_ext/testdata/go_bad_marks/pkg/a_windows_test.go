package pkg

import "testing"

func TestSystem(t *testing.T) {}
