package pkg

import "testing"

//xdist:serail
func TestTypo(t *testing.T) {}

//xdist:group
func TestNoName(t *testing.T) {}

// xdist:serial
func TestSpace(t *testing.T) {}

//xdist:serial
func helper() {}
