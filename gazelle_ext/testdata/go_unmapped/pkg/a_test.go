package pkg

import "testing"

func TestPlain(t *testing.T) {}

//xdist:serial
func TestAlone(t *testing.T) {}
