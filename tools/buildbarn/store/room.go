package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/docker/go-units"
	"golang.org/x/sys/unix"
)

// indexFile is of a device's folder: where which blob is.
const indexFile = "index"

// checkRoom is an error if the disk of a folder cannot hold the devices in it at their full
// size. Their files are written as blobs come, so that what does not fit would break builds
// some day.
func checkRoom(dir string, devices ...device) error {
	var size, growth int64
	for _, one := range devices {
		allocated, err := allocated(one.dir)
		if err != nil {
			return err
		}
		size += one.fileBytes()
		growth += max(0, one.fileBytes()-allocated)
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	free := int64(disk.Bavail) * disk.Bsize
	if growth <= free {
		return nil
	}
	return fmt.Errorf("storage: %s: the cache may take %s there, and the disk lacks %s for it: make room, or ask for a smaller one",
		dir, units.BytesSize(float64(size)), units.BytesSize(float64(growth-free)))
}

// allocated is what a folder's files take of the disk already: holes are not counted.
func allocated(dir string) (int64, error) {
	var blocks int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		blocks += info.Sys().(*syscall.Stat_t).Blocks
		return nil
	})
	// By stat(2), of 512 bytes each, whatever the disk's are.
	return blocks * 512, err
}

// reserve has a device's index have its place on the disk from the start. It is read through a
// map of memory, where a disk that others have filled would show as a page fault, of which
// nobody can tell the cause.
func (d device) reserve() error {
	name := filepath.Join(d.dir, indexFile)
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	// Buildbarn rounds up to whole pages; what is too much it cuts off.
	err = unix.Fallocate(int(file.Fd()), 0, 0, d.indexBytes()+int64(os.Getpagesize()))
	if err != nil && !errors.Is(err, unix.EOPNOTSUPP) {
		return &fs.PathError{Op: "fallocate", Path: name, Err: err}
	}
	return nil
}
