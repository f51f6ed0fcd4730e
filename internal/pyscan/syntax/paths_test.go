package syntax

import (
	"slices"
	"strings"
	"testing"
)

func TestFilePaths(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{`Path(__file__).parent / "data" / "x.json"`, "data/x.json"},
		{`pathlib.Path(__file__).resolve().parent / "data"`, "data"},
		{`Path(__file__).parents[0].joinpath("data", "x")`, "data/x"},
		{`Path(__file__).parents[1] / "data"`, "../data"},
		{`Path(__file__).with_name("x.json").read_text()`, "x.json"},
		{`(Path(__file__).parent / "a" / "b").glob("*")`, "a/b"},
		{`os.path.join(os.path.dirname(__file__), "data")`, "data"},
		{`os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", name)`, "data"},
		{`open(join(dirname(__file__), "x.json",))`, "x.json"},
		{`os.path.join(__file__, "..", "data")`, "data"},
		{`importlib.resources.files(__package__) / "data"`, "data"},
		{`files(__package__).joinpath("x.json")`, "x.json"},
		{`resources.open_text(__package__, "x.json")`, "x.json"},
		{`Path(__file__).parent / 'a' f'{b}'`, "."},
		{`Path(__file__).parent / "a" "b"`, "."},
		{`os.path.join(os.path.dirname(__file__), "/etc")`, ""},
		{`os.path.dirname(__file__) + "/data/x" + suffix`, "data/x"},
		{`__file__ + ".bak"`, "__file__"},
		{`x.__file__`, ""},
		{`other(__package__, "x")`, ""},
		{`make()(__file__)`, "__file__"},
		{"HERE = Path(__file__).parent\ndef f():\n    return HERE / 'data' / 'x'\n", ". data/x"},
		{"def f():\n    here = Path(__file__).parent\ndef g():\n    return here / 'x'\n", "."},
		{"here = Path(__file__).parent\nhere = other()\nhere / 'x'\n", "."},
		{"a = Path(__file__).parent / name\na / 'x'\n", "."},
		{"def f():\n    x = [\n        Path(__file__).parent\n        / 'data'\n    ]\n", "data"},
	} {
		mod, err := Parse("x.py", []byte(test.source))
		if err != nil {
			t.Fatalf("%s: %v", test.source, err)
		}
		var paths []string
		for _, p := range mod.Paths {
			paths = append(paths, p.Path)
		}
		if got := strings.Join(paths, " "); got != test.want {
			t.Errorf("%s: %q; want %q", test.source, got, test.want)
		}
	}
}

func TestAnnotations(t *testing.T) {
	mod, err := Parse("x.py", []byte("import a  # gazelle:ignore a, b\n#gazelle:include_dep //x\nx = '# gazelle:no a'\n# not gazelle:no\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Annotation{{"ignore", "a, b", 10}, {"include_dep", "//x", 32}}
	if !slices.Equal(mod.Annotations, want) {
		t.Errorf("%v; want %v", mod.Annotations, want)
	}
}
