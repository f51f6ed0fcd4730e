package command

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestInterpreterOf(t *testing.T) {
	root := t.TempDir()
	for _, folder := range []string{"workspace/src", "external/python/bin", "external/pypi~a/lib", "external/pypi~b/lib", "machine"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	main, python, a, b := "", "python", "pypi~a", "pypi~b"
	build := func(python location, path ...location) targetCollection {
		return targetCollection{Python: python, Path: path}
	}
	downloaded := location{&python, "bin"}
	targets := map[string]targetCollection{
		"//:a": build(downloaded, location{&main, "src"}, location{&a, "lib"}, location{&main, "made"}),
		"//:b": build(downloaded, location{&b, "lib"}, location{&a, "lib"}, location{nil, root + "/machine"}),
		"//:c": build(location{nil, root}, location{&main, ""}),
		"//:d": {},
	}
	got := repositories{root + "/workspace", root + "/external"}.interpreterOf(targets)
	want := interpreter{
		program: root + "/external/python/bin",
		path:    []string{root + "/workspace/src", root + "/external/pypi~a/lib", root + "/external/pypi~b/lib", root + "/machine"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
