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

// A file that makes the scanner fail, when it is read alone or with what it imports, is one
// that cannot be read, and no other's matter.
func TestDefectsOfTheScanner(t *testing.T) {
	s := emptySurvey("/root")
	s.folders[""] = &folder{tests: []string{"test_a.py", "test_b.py"}}
	s.readFile = func(path string) ([]byte, error) {
		if path == "/root/test_a.py" {
			panic("no such thing")
		}
		return []byte("import test_a\ndef test_b(): pass\n"), nil
	}
	s.scan()
	s.indexModules()
	s.link()
	if tests := s.modules["test_b.py"].Tests; len(tests) != 1 || len(s.unread) != 1 {
		t.Errorf("%v, unread: %v", tests, s.unread)
	}
	checkDefect(t, s, "test_a.py")
}

func TestDefectsOfTheLinker(t *testing.T) {
	s := emptySurvey("/root") // where modules are cannot be told without any folder
	for file, text := range map[string]string{"test_a.py": "from . import x\n", "test_b.py": "def test_b(): pass\n"} {
		parsed, err := pyscan.Options{}.Parse(file, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		parsed.Collected = true
		s.sources = append(s.sources, parsed)
		s.modules[file] = &parsed.File
	}
	s.link()
	if tests := s.modules["test_b.py"].Tests; len(tests) != 1 || len(s.unread) != 1 {
		t.Errorf("%v, unread: %v", tests, s.unread)
	}
	checkDefect(t, s, "test_a.py")
}

func checkDefect(t *testing.T, s *survey, file string) {
	t.Helper()
	if err := s.unread[file]; err == nil || !strings.HasPrefix(err.Error(), file+":1: reading this file fails (") {
		t.Errorf("%s: %v", file, err)
	}
}
