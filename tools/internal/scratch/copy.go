package scratch

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Copy copies a folder without bytecode and caches. What skip returns true for, given by
// its path below the folder, is left out with all below it.
func Copy(from, to string, skip func(path string, entry fs.DirEntry) bool) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case isCache(entry.Name()), skip != nil && skip(relative, entry):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		}
		// Through a link, if it is one: distributions share data files by links.
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

func isCache(name string) bool {
	return name == "__pycache__" || name == ".pytest_cache"
}
