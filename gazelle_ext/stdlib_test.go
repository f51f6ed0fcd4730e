package gazelle_ext

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStdlib(t *testing.T) {
	for _, test := range []struct {
		minor  int
		module string
		want   bool
	}{
		{11, "json", true},
		{11, "tomllib", true},
		{10, "tomllib", false},
		{11, "distutils", true},
		{12, "distutils", false},
		{8, "formatter", true}, // as 3.9
		{newestPython, "annotationlib", true},
		{newestPython, "cgi", false},
		{newestPython, "pytest", true},
		{newestPython, "numpy", false},
	} {
		if got := stdlib(test.minor)[test.module]; got != test.want {
			t.Errorf("3.%d has %s: %v; want %v", test.minor, test.module, got, test.want)
		}
	}
}

const extension = `py = use_extension("@rules_python//python/extensions:python.bzl", "python")
`

func TestTargetPython(t *testing.T) {
	for _, test := range []struct {
		module, versionFile string
		want                int
	}{
		{extension + `py.toolchain(python_version = "3.9")
py.toolchain(python_version = "3.11.4", is_default = True)`, "3.12\n", 11},
		{extension + `py.toolchain(python_version = "3.10")`, "", 10},
		{extension + `py.toolchain(python_version = "3.10")
py.toolchain(python_version = "3.11")`, "3.12.1\n", 12},
		{extension + `py.defaults(python_version = "3.13")
py.toolchain(python_version = "3.10")`, "", 13},
		{`other.toolchain(python_version = "3.10")`, "", newestPython},
		{"this is (no module", "cpython-3.12\n", 12},
		{"", "pypy3\n", newestPython},
	} {
		root := t.TempDir()
		for name, content := range map[string]string{"MODULE.bazel": test.module, ".python-version": test.versionFile} {
			if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := targetPython(root); got != test.want {
			t.Errorf("%q, %q: 3.%d; want 3.%d", test.module, test.versionFile, got, test.want)
		}
	}
}
