package gazelle_ext

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// Reading is most of what a run costs.
func TestEachFileIsReadOnce(t *testing.T) {
	var mutex sync.Mutex
	reads := map[string]int{}
	s := emptySurvey("/root")
	s.folders = map[string]*folder{
		"":  {tests: []string{"test_a.py", "test_b.py"}, conftest: true},
		"a": {rel: "a", tests: []string{"test_a.py"}, sources: []string{"__init__.py", "lib.py"}},
	}
	s.readFile = func(path string) ([]byte, error) {
		mutex.Lock()
		defer mutex.Unlock()
		reads[path]++
		return []byte("import a.lib\n"), nil
	}
	var report report
	s.scan()
	s.indexModules()
	s.link()
	s.importedTests()
	s.testFiles(nil, &report)
	want := []string{"/root/a/__init__.py", "/root/a/lib.py", "/root/a/test_a.py", "/root/conftest.py", "/root/test_a.py", "/root/test_b.py"}
	if got := slices.Sorted(maps.Keys(reads)); !slices.Equal(got, want) {
		t.Errorf("files read: %v, want %v", got, want)
	}
	for path, n := range reads {
		if n != 1 {
			t.Errorf("%s: read %d times", path, n)
		}
	}
}

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
	s := emptySurvey(root)
	s.folders[""] = &folder{}
	for _, file := range []string{"test_folder.py", "test_dangling.py", "test_loop.py", "test_to_folder.py", "test_missing.py"} {
		_, err := s.parseFile(file)
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
	s.folders[""].tests = []string{"test_link.py"}
	parsed, err := s.parseFile("test_link.py")
	if err != nil {
		t.Fatal(err)
	}
	if pyscan.Link([]*pyscan.Source{parsed}, nil); len(parsed.File.Tests) != 1 {
		t.Errorf("test_link.py: %v; want its one test", parsed.File)
	}
}

func TestPackageNames(t *testing.T) {
	for name, want := range map[string]bool{"a=b": true, "a b": true, "it's)(": true, "a@b+c~d": true, "a:b": false, `a\b`: false, "ü": false, "a\nb": false} {
		if got := isPackageName(name); got != want {
			t.Errorf("isPackageName(%q) = %v", name, got)
		}
	}
}
