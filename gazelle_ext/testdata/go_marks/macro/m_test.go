package macro

import "testing"

//xdist:serial
func TestAlone(t *testing.T) {}
