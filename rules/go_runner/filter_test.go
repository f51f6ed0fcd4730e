package main

import (
	"slices"
	"testing"
)

func TestSplitOutside(t *testing.T) {
	for text, want := range map[string][]string{
		"":            {""},
		"a|b":         {"a", "b"},
		"(a|b)|c":     {"(a|b)", "c"},
		"[|]|c":       {"[|]", "c"},
		"[(]|c":       {"[(]", "c"},
		`a\|b|c`:      {`a\|b`, "c"},
		`\(|\[|c`:     {`\(`, `\[`, "c"},
		"]|a":         {"]", "a"},
		`a\`:          {`a\`},
		"^(a|[b|])$|": {"^(a|[b|])$", ""},
	} {
		if got := splitOutside(text, '|'); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   []string
	}{
		{"", []string{"-test.run=^(TestA|Test_ü)$"}},
		{"Test", []string{"-test.run=^(TestA|Test_ü)$"}},
		{"A/x/[y/]", []string{"-test.run=^(TestA)$/x/[y/]"}},
		{"A/x,ü,-A/y|B", []string{"-test.run=^(TestA)$/x|^(Test_ü)$", "-test.skip=A/y|B"}},
	} {
		f, err := parseFilter(c.filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.flags([]string{"TestA", "Test_ü"}); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.filter, got, c.want)
		}
	}
}

func TestParseList(t *testing.T) {
	const list = "Testing begins\nTestA\nBenchmarkB\nFuzzC\nExample\nTestA\nTest_ü\nok  \tp\t0.1s\n"
	if got, want := parseList(list), []string{"TestA", "FuzzC", "Example", "Test_ü"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
