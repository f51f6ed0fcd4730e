package store_test

import (
	"testing"

	_ "example.com/repo/plain"
)

//xdist:group db
func TestAPI(t *testing.T) {}
