package pkg

import "testing"

//xdist:serial
func TestSystem(t *testing.T) {}
