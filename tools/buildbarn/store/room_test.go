package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckRoom(t *testing.T) {
	dir := t.TempDir()
	small, large := device{dir: dir, bytes: MinBytes, meanBlobBytes: 4096}, device{dir: dir, bytes: 1 << 60, meanBlobBytes: 4096}
	if err := checkRoom(dir, small); err != nil {
		t.Errorf("the smallest store: %v", err)
	}
	err := checkRoom(dir, small, large)
	if err == nil || !strings.Contains(err.Error(), dir+": the cache may take 1.016EiB there, and the disk lacks 1.01") {
		t.Errorf("a store larger than any disk: %v", err)
	}
}

// What is there already needs no more room.
func TestAllocated(t *testing.T) {
	dir := t.TempDir()
	const size = 1 << 20
	if err := os.WriteFile(filepath.Join(dir, "blocks"), make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "blocks"), 1<<30); err != nil {
		t.Fatal(err)
	}
	got, err := allocated(dir)
	if err != nil || got < size || got > 2*size {
		t.Errorf("allocated: %d, %v; want about %d", got, err, size)
	}
}

func TestReserve(t *testing.T) {
	d := device{dir: t.TempDir(), bytes: MinBytes, meanBlobBytes: 4096}
	if err := d.reserve(); err != nil {
		t.Fatal(err)
	}
	got, err := allocated(d.dir)
	if err != nil || got < d.indexBytes() {
		t.Errorf("allocated: %d, %v; want at least %d", got, err, d.indexBytes())
	}
}
