package scratch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCopy(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	files := map[string]string{"a.py": "a", "b/c.py": "c", "b/__pycache__/c.pyc": "", ".pytest_cache/x": "", "left/out/d.py": "d"}
	if err := (Workspace{Folder: from}).Write(files); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.py", filepath.Join(from, "link.py")); err != nil {
		t.Fatal(err)
	}
	if err := Copy(from, to, func(path string, _ fs.DirEntry) bool { return path == "left" }); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			relative, _ := filepath.Rel(to, path)
			got = append(got, relative)
		}
		return err
	})
	if want := []string{"a.py", "b/c.py", "link.py"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
