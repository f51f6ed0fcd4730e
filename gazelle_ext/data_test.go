package gazelle_ext

import (
	"testing"

	"github.com/bazelbuild/buildtools/build"
)

func TestReadData(t *testing.T) {
	for source, want := range map[string]bool{
		`["a", ":b"]`:                        true,
		`glob(["data/**"])`:                  true,
		`["a"] + glob(["b/**"]) + ["c"]`:     true,
		`glob(["data/**"], exclude = ["x"])`: false,
		`glob(["data/**"], ["x"])`:           false,
		`glob(PATTERNS)`:                     false,
		`glob(["a", PATTERN])`:               false,
		`["a", NAME]`:                        false,
		`select({"//x": ["a"]})`:             false,
		`["a"] + select({"//x": ["a"]})`:     false,
		`FILES`:                              false,
		`[f for f in FILES]`:                 false,
		`["a"] * 2`:                          false,
		`glob(include = ["data/**"])`:        false,
	} {
		file, err := build.ParseBuild("BUILD", []byte("x = "+source))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := readData(file.Stmt[0].(*build.AssignExpr).RHS); ok != want {
			t.Errorf("%s: %v; want %v", source, ok, want)
		}
	}
}

func TestJoinData(t *testing.T) {
	for _, test := range []struct {
		files, patterns []string
		want            string
	}{
		{[]string{"a.txt"}, nil, `["a.txt"]`},
		{nil, []string{"data/**"}, `glob(["data/**"])`},
		{[]string{"a.txt", "data/x"}, []string{"data/**"}, `["a.txt"] + glob(["data/**"])`},
		{nil, nil, ""},
	} {
		got := ""
		if e := dataExpr(test.files, test.patterns); e != nil {
			got = build.FormatString(e)
		}
		if got != test.want {
			t.Errorf("%v, %v: %s; want %s", test.files, test.patterns, got, test.want)
		}
	}
}
