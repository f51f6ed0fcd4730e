package command

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// inexact plays the queries for the selections of which a tag does not tell who has
// a mark, by "mark=tag": none for those that are not listed.
func inexact(selections map[string]string) play {
	return func(c process.Command) int {
		_, entry, _ := strings.Cut(c.Args[1], `"[\[ ]`)
		entry, _, _ = strings.Cut(entry, `[,\]]"`)
		io.WriteString(c.Stdout, selections[entry])
		return 0
	}
}

func TestMarks(t *testing.T) {
	tests := []struct {
		expression string
		inexact    map[string]string
		want       string // the filter, or how the error begins
	}{
		{expression: "unit and not slow", want: "unit,-slow"},
		{expression: "not serial", want: "-serial"},
		{expression: " "},
		{
			expression: "alone or unit",
			inexact:    map[string]string{"alone=alone": "//:a.selection\n"},
			want:       "serial,unit",
		},
		{
			expression: "unit",
			inexact:    map[string]string{"unit=unit": "//:a.selection\n", "unit=serial": "//:a.selection\n//:b.selection\n"},
			want: `xdist: -m unit: the tags of //:a do not tell which tests have this mark; ` +
				`write "# gazelle:xdist_split_markers unit" (with the markers that it names already) in the BUILD file of their folder or one above, and run Gazelle`,
		},
		{
			expression: "not unit",
			inexact:    map[string]string{"unit=unit": "//:a.selection\n//:b.selection\n", "unit=serial": "//:c.selection"},
			want:       "xdist: -m unit: the tags of //:a and one other do not tell",
		},
		{
			expression: "serial",
			inexact:    map[string]string{"serial=serial": "//:a.selection\n//:b.selection\n//:c.selection"},
			want:       `xdist: -m serial: the tag "serial" selects all serial tests, and in //:a and 2 others these are not just those with the mark "serial"; select by path`,
		},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			f := newFake(t)
			f.plays["query"] = inexact(test.inexact)
			code := f.run("--no-gazelle", "-m", test.expression)
			last := f.lines()[len(f.calls)-1]
			if code != 0 {
				if code != codeUsage || !strings.HasPrefix(f.stderr.String(), test.want) || strings.HasPrefix(last, "bazel test") {
					t.Errorf("exit code %d: %s", code, f.stderr.String())
				}
				return
			}
			want := strings.Replace(bazelTest, "--build_tests_only", "--test_tag_filters="+test.want+" --build_tests_only", 1) + "-- //..."
			if test.want == "" {
				want = bazelTest + "-- //..."
			}
			if last != want {
				t.Errorf("got  %s\nwant %s", last, want)
			}
		})
	}
}

func TestMarksAreAskedOfTheSelectedTests(t *testing.T) {
	f := newFake(t, "tests/BUILD.bazel", "tests/test_a.py", "web/f")
	f.plays["query"] = func(c process.Command) int {
		if strings.HasPrefix(c.Args[1], "kind") {
			io.WriteString(c.Stdout, "//tests:test_a\n")
		}
		return 0
	}
	f.run("--no-gazelle", "-m", "unit", "web", "tests/test_a.py")
	want := `bazel query let s = kind("^xdist_selection rule$", deps(//tests:test_a, 1) + //web/...) in $s except attr("exact", "[\[ ]unit=unit[,\]]", $s)`
	if got := f.lines(); !slices.Contains(got, want) {
		t.Errorf("got %q", got)
	}
}
