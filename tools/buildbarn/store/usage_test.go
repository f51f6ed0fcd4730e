package store

import (
	"os"
	"path/filepath"
	"testing"
)

func TestUsages(t *testing.T) {
	dir := t.TempDir()
	if got, err := Usages(dir); err == nil {
		t.Errorf("of no stores: %v", got)
	}
	const limit, written = 16 << 20, 1 << 20
	for _, name := range []string{casDir, acDir} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(dir, name, blocksFile))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := file.Truncate(limit); err != nil {
			t.Fatal(err)
		}
		if name == casDir {
			if _, err := file.Write(make([]byte, written)); err != nil {
				t.Fatal(err)
			}
		}
		// Only then a file system needs to have found a place.
		if err := file.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Usages(dir)
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if cas := got[0]; cas.Limit != limit || cas.Bytes < written || cas.Bytes > 2*written {
		t.Errorf("%+v", cas)
	}
	if ac := got[1]; ac.Limit != limit || ac.Bytes > written {
		t.Errorf("%+v", ac)
	}
}
