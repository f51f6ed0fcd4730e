package store

import "testing"

//xdist:group db
func TestWrite(t *testing.T) {}

//xdist:serial
func TestMigrate(t *testing.T) {}
