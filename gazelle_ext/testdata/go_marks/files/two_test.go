package files

import "testing"

func TestTwo(t *testing.T) {}
