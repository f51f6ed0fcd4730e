package gazelle_ext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be read is told with the file's name and what to do, and without a
// path that is another one on another machine.
func TestScanFileErrors(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "test_folder.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"test_dangling.py": "nowhere.py", "test_loop.py": "test_loop.py", "test_to_folder.py": "test_folder.py"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := survey{root: root}
	for _, file := range []string{"test_folder.py", "test_dangling.py", "test_loop.py", "test_to_folder.py", "test_missing.py"} {
		_, err := s.scanFile(file)
		if err == nil || !strings.HasPrefix(err.Error(), file+":1: ") || !strings.Contains(err.Error(), "# gazelle:exclude "+file) || strings.Contains(err.Error(), root) {
			t.Errorf("%s: error %v", file, err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "real.py"), []byte("def test_a(): pass\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.py", filepath.Join(root, "test_link.py")); err != nil {
		t.Fatal(err)
	}
	module, err := s.scanFile("test_link.py")
	if err != nil || len(module.Tests) != 1 {
		t.Errorf("test_link.py: %v, %v; want its one test", module, err)
	}
}
