package store

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Usage is how much of its limit a store takes on disk. One that is full stays so: what is new
// takes the place of what was not used for longest.
type Usage struct {
	Name         string
	Bytes, Limit int64
}

// Usages are those of the stores below a folder, which are open.
func Usages(dir string) ([]Usage, error) {
	var usages []Usage
	for _, of := range []struct{ name, dir string }{
		{"Content Addressable Storage", casDir},
		{"Action Cache", acDir},
	} {
		usage, err := usageOf(of.name, filepath.Join(dir, of.dir, blocksFile))
		if err != nil {
			return nil, err
		}
		usages = append(usages, usage)
	}
	return usages, nil
}

// usageOf looks at a file that has its full size from the start, and is filled bit by bit.
func usageOf(name, file string) (Usage, error) {
	stat := unix.Stat_t{}
	if err := unix.Stat(file, &stat); err != nil {
		return Usage{}, &os.PathError{Op: "stat", Path: file, Err: err}
	}
	// The unit is of POSIX, whatever the file system's own.
	return Usage{Name: name, Bytes: min(stat.Blocks*512, stat.Size), Limit: stat.Size}, nil
}
