package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

func TestPerDoubling(t *testing.T) {
	for _, c := range []struct{ files, more, cost, moreCost, want float64 }{
		{1000, 2000, 1, 2, 2},
		{1000, 4000, 1, 16, 4},
		{1000, 4000, 3, 3, 1},
	} {
		if got := perDoubling(int(c.files), int(c.more), c.cost, c.moreCost); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("perDoubling(%v) = %v", c, got)
		}
	}
}

func TestMedian(t *testing.T) {
	for want, values := range map[float64][]float64{2: {3, 1, 2}, 2.5: {4, 1, 3, 2}} {
		if got := median(values); got != want {
			t.Errorf("median(%v) = %v, want %v", values, got, want)
		}
	}
}

func TestPeak(t *testing.T) {
	if got := peak("Name:\tx\nVmHWM:\t     100 kB\nVmRSS:\t 7 kB\n"); got != 102400 {
		t.Errorf("got %v", got)
	}
	if got := peak("Name:\tx\nState:\tZ (zombie)\n"); got != 0 {
		t.Errorf("a process that has ended: got %v", got)
	}
}

// TestPlain holds the peer to what it is compared with: the same libraries, and one
// py_test for each test file, with the conftest.py files that pytest would load.
func TestPlain(t *testing.T) {
	at := t.TempDir()
	c := corpus.Corpus{Tests: 10, PerFolder: 5, Monorepo: true}
	ours := scratch.Workspace{Folder: filepath.Join(at, "ours")}
	if err := writeOurs(ours, c); err != nil {
		t.Fatal(err)
	}
	const libraries = `py_library(
    name = "product",
    srcs = ["product.py"],
)

py_library(
    name = "conftest",
    srcs = ["conftest.py"],
)

py_xdist_test(
    name = "xdist_batch_1",
    srcs = ["test_feature_00000.py"],
)
`
	if err := ours.Write(map[string]string{
		"BUILD.bazel":                         "",
		"tests/BUILD.bazel":                   libraries,
		"tests/area_000/team_000/BUILD.bazel": libraries,
		"tests/area_000/team_001/BUILD.bazel": libraries,
	}); err != nil {
		t.Fatal(err)
	}
	plain := scratch.Workspace{Folder: filepath.Join(at, "plain")}
	if err := writePlain(ours.Folder, plain, c); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(plain.Folder, "tests/area_000/team_001/BUILD.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	got := string(content)
	if strings.Contains(got, "py_xdist_test") || strings.Count(got, "py_library(") != 2 || strings.Count(got, "py_test(") != 5 {
		t.Errorf("not the libraries and a py_test a file:\n%s", got)
	}
	const deps = `deps = ["//tests/area_000/team_001:product", "//tests/area_000/team_001:conftest", "//tests:conftest"]`
	if strings.Count(got, deps) != 5 {
		t.Errorf("not each test has %s:\n%s", deps, got)
	}
}
