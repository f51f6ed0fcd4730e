package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDistribution(t *testing.T) {
	for wheel, want := range map[string]string{
		"pytest_asyncio-1.5.0-py3-none-any.whl":     "pytest_asyncio",
		"PyYAML-6.0.4-cp314-cp314-linux_x86_64.whl": "pyyaml",
		"zope.interface-1-py3-none-any.whl":         "zope_interface",
	} {
		if got := distribution(wheel); got != want {
			t.Errorf("%s: %s, want %s", wheel, got, want)
		}
	}
}

func TestRequires(t *testing.T) {
	got := requires(strings.NewReader(`Name: a
Requires-Dist: Zope.Interface>=1
Requires-Dist: attrs (>=19) ; python_version < "3.11"
Requires-Dist: sphinx ; extra == "docs"
Requires-Dist: attrs

Requires-Dist: of-the-description
`))
	if fmt.Sprint(got) != "[attrs zope_interface]" {
		t.Errorf("got %v", got)
	}
}

// writeWheel makes a wheel of a distribution with a module, which needs others.
func writeWheel(t *testing.T, folder, name string, needs ...string) string {
	t.Helper()
	file, err := os.Create(filepath.Join(folder, name+"-1-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wheel := zip.NewWriter(file)
	metadata := "Name: " + name + "\n"
	for _, need := range needs {
		metadata += "Requires-Dist: " + need + "\n"
	}
	for name, content := range map[string]string{name + ".py": "", name + "-1.dist-info/METADATA": metadata} {
		w, err := wheel.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := wheel.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

func TestPackages(t *testing.T) {
	p := packages{folder: t.TempDir()}
	wheels := t.TempDir()
	for name, needs := range map[string][]string{"a": {"b", "pytest"}, "b": {"c_d", "a"}, "c_d": nil} {
		if err := unpack(writeWheel(t, wheels, name, needs...), p.site(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.readNeeds(); err != nil {
		t.Fatal(err)
	}
	if err := p.writeBuildFiles(); err != nil {
		t.Fatal(err)
	}
	path, err := p.pythonPath([]string{"b"})
	if want := strings.Join([]string{p.site("b"), p.site("a"), p.site("c_d")}, ":"); path != want || err != nil {
		t.Errorf("path of b: %s, %v, want %s", path, err, want)
	}
	if _, err := p.pythonPath([]string{"e-f"}); err == nil || !strings.Contains(err.Error(), "e-f") {
		t.Errorf("path of e-f: %v, want an error with its name", err)
	}
	content, err := os.ReadFile(filepath.Join(p.folder, "b", "BUILD.bazel"))
	if err != nil || !strings.Contains(string(content), `deps = ["//a", "//c_d", ],`) {
		t.Errorf("BUILD.bazel of b: %v\n%s", err, content)
	}
}
