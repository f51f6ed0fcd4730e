package command

import (
	"fmt"
	"strings"
	"testing"
)

// TestExitCodes plays at least one way to each documented exit code, and to one
// that is passed on undocumented.
func TestExitCodes(t *testing.T) {
	tests := []struct {
		name string
		code int
		play func(f *fake)
		args []string
	}{
		{name: "passed", code: 0},
		{name: "Gazelle failed", code: 1, play: func(f *fake) { f.plays["run"] = exits(1) }},
		{name: "the build failed", code: 1, play: func(f *fake) { f.plays["test"] = exits(1) }},
		{name: "unknown flag", code: 2, args: []string{"--nope"}},
		{name: "Bazel's usage", code: 2, play: func(f *fake) { f.plays["test"] = exits(2) }},
		{name: "in no target", code: 2, args: []string{"MODULE.bazel"}},
		{name: "tests failed", code: 3, play: func(f *fake) { f.plays["test"] = f.streams(f.recorded(), 3) }},
		{name: "none selected", code: 4, play: func(f *fake) { f.plays["test"] = exits(4) }},
		{name: "no tag for a mark", code: 2, play: func(f *fake) { f.plays["query"] = prints("//:a.selection") }, args: []string{"-m", "unit"}},
		{name: "interrupted", code: 8, play: func(f *fake) { f.plays["test"] = exits(8) }},
		{name: "the query failed", code: 7, play: func(f *fake) { f.plays["query"] = exits(7) }, args: []string{"MODULE.bazel"}},
		{name: "no workspace", code: 36, play: func(f *fake) { f.root = "/" }},
		{name: "broken durations", code: 36, play: func(f *fake) { f.write(f.root+"/.test_durations", "[]") }, args: []string{"--store-durations"}},
		{name: "no pytest plugin", code: 36, play: func(f *fake) {
			f.plays["query"], f.plays["cquery"], f.plays["info"] = prints("//:c"), prints("MODULE.json"), prints(f.root)
			f.write(f.root+"/MODULE.json", "{}")
			f.noPlugin = true
		}, args: []string{"verify"}},
	}
	seen := map[int]bool{}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, "BUILD.bazel")
			if test.play != nil {
				test.play(f)
			}
			if code := f.run(test.args...); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, f.stderr.String())
			}
			seen[test.code] = true
		})
	}
	for _, e := range exitCodes {
		if !seen[e.code] {
			t.Errorf("exit code %d is documented, but not tested", e.code)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"verify", "--help"}} {
		f := newFake(t)
		if code := f.run(args...); code != 0 {
			t.Errorf("exit code %d", code)
		}
		for _, e := range exitCodes {
			if row := fmt.Sprintf("  %2d  %s\n", e.code, e.meaning); !strings.Contains(f.stdout.String(), row) {
				t.Errorf("%q: no %q in the help", args, row)
			}
		}
		if len(f.calls) != 0 {
			t.Errorf("ran %q", f.lines())
		}
	}
}
