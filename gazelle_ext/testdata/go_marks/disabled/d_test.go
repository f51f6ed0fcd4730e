package disabled

import "testing"

//xdist:serial
func TestOne(t *testing.T) {}
