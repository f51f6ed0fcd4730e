package directives

import "testing"

//xdist:scope
func TestA(t *testing.T) {}

//xdist:scope
func TestB(t *testing.T) {}

func TestC(t *testing.T) {}
