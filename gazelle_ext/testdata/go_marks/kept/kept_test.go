package kept

import "testing"

//xdist:group a
func TestGroup(t *testing.T) {}
