package gazelle_ext

import (
	"strings"
	"testing"

	"github.com/bazelbuild/bazel-gazelle/label"
)

func TestCycles(t *testing.T) {
	var c cycles
	add := func(pkg string, deps ...string) {
		from := map[string]origin{}
		for i, dep := range deps {
			from["//"+dep] = origin{pkg + "/x.py", i + 1}
		}
		c.add(label.New("", pkg, pkg[strings.LastIndex(pkg, "/")+1:]), from)
	}
	add("a/b", "a/c", "other")
	add("a/c", "a/d")
	add("a/d", "a/b", "a/c")
	add("other", "elsewhere") // which nobody generates
	nothing := func(string, string) bool { return false }
	errs := c.errors(func([]string) (string, bool) { return "", false }, nothing)
	if len(errs) != 1 {
		t.Fatalf("%d errors; want 1: %v", len(errs), errs)
	}
	want := "a/b/x.py:1: libraries depend on each other, 3 in all, which Bazel does not take: " +
		"//a/b needs //a/c (a/b/x.py:1), //a/c needs //a/d (a/c/x.py:1), //a/d needs //a/b (a/d/x.py:1); " +
		"let them be one library by # gazelle:xdist_extension enabled in //a, or leave an import out by "
	if !strings.HasPrefix(errs[0].Error(), want) {
		t.Errorf("%v\nwant %s...", errs[0], want)
	}
	if end := "; until then //a/d is written without //a/b, //a/d is written without //a/c"; !strings.HasSuffix(errs[0].Error(), end) {
		t.Errorf("%v\nwant ...%s", errs[0], end)
	}
	circle := c.errors(func([]string) (string, bool) { return "a", true }, nothing)
	if !strings.Contains(circle[0].Error(), "; take out the # gazelle:resolve directive") {
		t.Errorf("%v: does not say what leads in a circle", circle[0])
	}
}

// Of a cycle that a new dependency closes that one is left out, and all else is as it was.
func TestCyclesLeaveOutWhatIsNew(t *testing.T) {
	var c cycles
	for pkg, dep := range map[string]string{"a": "//b", "b": "//c c:d", "c c": "//a"} {
		name := pkg
		if pkg == "c c" {
			name = "d"
		}
		c.add(label.New("", pkg, name), map[string]origin{dep: {}})
	}
	present := func(from, _ string) bool { return from != "//b" }
	c.errors(func([]string) (string, bool) { return "", false }, present)
	if got, want := c.leftOut.String(), "//b\t//c c:d\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := readLeftOut(c.leftOut.String()); len(got) != 1 || len(got["//b"]) != 1 || got["//b"][0] != "//c c:d" {
		t.Errorf("read back: %v", got)
	}
	if got := readLeftOut(""); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
