package subject_test

import "testing"

// The package itself has one of the same name.
func TestPass1(t *testing.T) {}
