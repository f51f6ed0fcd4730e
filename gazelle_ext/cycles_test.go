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
	errs := c.errors(func([]string) (string, bool) { return "", false })
	if len(errs) != 1 {
		t.Fatalf("%d errors; want 1: %v", len(errs), errs)
	}
	want := "a/b/x.py:1: libraries depend on each other, 3 in all, which Bazel does not take: " +
		"//a/b needs //a/c (a/b/x.py:1), //a/c needs //a/d (a/c/x.py:1), //a/d needs //a/b (a/d/x.py:1); " +
		"let them be one library by # gazelle:xdist_extension enabled in //a, or leave an import out by "
	if !strings.HasPrefix(errs[0].Error(), want) {
		t.Errorf("%v\nwant %s...", errs[0], want)
	}
	circle := c.errors(func([]string) (string, bool) { return "a", true })
	if !strings.Contains(circle[0].Error(), "; take out the # gazelle:resolve directive") {
		t.Errorf("%v: does not say what leads in a circle", circle[0])
	}
}
