package gazelle_ext

import (
	"maps"
	"slices"
	"sync"
	"testing"
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
	s.scan(&report)
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
