package pyscan

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txt")

// scan reads a source that must be Python.
func scan(t *testing.T, src string) *File {
	t.Helper()
	f, err := Scan("test_x.py", []byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return f
}

// dump writes a test a line: id, marks, axes, and a "?" before it if presumed.
func dump(f *File) string {
	var b strings.Builder
	for _, t := range f.Tests {
		if t.Presumed {
			b.WriteString("? ")
		}
		b.WriteString(t.ID + markString(t.Marks))
		for _, axis := range t.Axes {
			b.WriteString(" |")
			for i, set := range axis {
				if i > 0 {
					b.WriteString(" or")
				}
				if len(set) == 0 {
					b.WriteString(" -")
				}
				b.WriteString(markString(set))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func markString(marks []Mark) string {
	var b strings.Builder
	for _, m := range marks {
		b.WriteString(" @" + m.Name)
		var args []string
		for _, a := range m.Args {
			s := a.Value
			if a.Literal {
				s = fmt.Sprintf("%q", s)
			}
			if a.Keyword != "" {
				s = a.Keyword + "=" + s
			}
			args = append(args, s)
		}
		if args != nil {
			b.WriteString("(" + strings.Join(args, ", ") + ")")
		}
	}
	return b.String()
}

// lines joins what dump must give.
func lines(want ...string) string {
	if len(want) == 0 {
		return ""
	}
	return strings.Join(want, "\n") + "\n"
}

type scanCase struct {
	name string
	src  string
	want string
}

func runCases(t *testing.T, cases []scanCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := dump(scan(t, c.src)); got != c.want {
				t.Errorf("got:\n%swant:\n%sof:\n%s", got, c.want, c.src)
			}
		})
	}
}

// TestGolden reads each testdata/*.py and compares all that is found, with lines,
// to the .txt file beside it.
func TestGolden(t *testing.T) {
	sources, err := filepath.Glob("testdata/*.py")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no testdata/*.py: %v", err)
	}
	for _, path := range sources {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Scan(path, src)
			if err != nil {
				t.Fatal(err)
			}
			got := report(f)
			golden := strings.TrimSuffix(path, ".py") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; update with: go test ./internal/pyscan -run TestGolden -update\ngot:\n%s", golden, got)
			}
		})
	}
}

// report writes everything about a file.
func report(f *File) string {
	var b strings.Builder
	b.WriteString("imports\n")
	for _, imp := range f.Imports {
		fmt.Fprintf(&b, "%5d %s%s", imp.Line, strings.Repeat(".", imp.Level), imp.Module)
		if imp.Names != nil {
			fmt.Fprintf(&b, " (%s)", strings.Join(imp.Names, " "))
		}
		if imp.Guarded {
			b.WriteString(" guarded")
		}
		if imp.Typing {
			b.WriteString(" typing")
		}
		b.WriteString("\n")
	}
	b.WriteString("tests\n")
	for _, t := range f.Tests {
		fmt.Fprintf(&b, "%5d %s", t.Line, dump(&File{Tests: []Test{t}}))
	}
	b.WriteString("unreadable\n")
	for _, n := range f.Unreadable {
		fmt.Fprintf(&b, "%5d %s\n", n.Line, n.Text)
	}
	return b.String()
}

func TestPytestPlugins(t *testing.T) {
	f := scan(t, `
name = "a.b"
pytest_plugins = [name, "c"]
if x:
    pytest_plugins = "d"
`)
	got := strings.TrimPrefix(strings.Split(report(f), "tests\n")[0], "imports\n")
	want := lines("    3 d guarded", "    3 a.b guarded", "    3 c guarded")
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestPathsAndAnnotations(t *testing.T) {
	f := scan(t, "import x # gazelle:ignore x\nDATA = Path(__file__).parent / 'data'\n")
	if len(f.Paths) != 1 || f.Paths[0].Path != "data" || f.Paths[0].Line != 2 || f.PathNames["DATA"].Path != "data" {
		t.Errorf("paths %v, by name %v; want data on line 2", f.Paths, f.PathNames)
	}
	if want := []Annotation{{"ignore", "x", 1}}; !slices.Equal(f.Annotations, want) {
		t.Errorf("annotations %v; want %v", f.Annotations, want)
	}
}

func TestImports(t *testing.T) {
	f := scan(t, `import a, b.c as d
from ..x import (y, z as q,)
from . import sibling
from .... import far
from m import *
if TYPE_CHECKING:
    import typed
    from t import T
if typing.TYPE_CHECKING:
    import typed2
elif x:
    import not_guarded
try:
    import fast
except ImportError:
    import slow
try:
    import risky
except (ValueError, ModuleNotFoundError) as e:
    risky = None
else:
    import after
try:
    import plain
except ValueError:
    pass
with contextlib.suppress(ImportError):
    import maybe
def f():
    import inner
    class C:
        from deep.er import g
np = pytest.importorskip("numpy", minversion="1")
async def g():
    try:
        from lazy import it
    except: pass
`)
	got := strings.TrimPrefix(strings.Split(report(f), "tests\n")[0], "imports\n")
	want := lines(
		"    1 a",
		"    1 b.c",
		"    2 ..x (y z)",
		"    3 . (sibling)",
		"    4 .... (far)",
		"    5 m (*)",
		"    7 typed guarded typing",
		"    8 t (T) guarded typing",
		"   10 typed2 guarded typing",
		"   12 not_guarded",
		"   14 fast guarded",
		"   16 slow guarded",
		"   18 risky guarded",
		"   22 after",
		"   24 plain",
		"   28 maybe guarded",
		"   30 inner",
		"   32 deep.er (g)",
		"   33 numpy guarded",
		"   36 lazy (it) guarded",
	)
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestUnreadable(t *testing.T) {
	f := scan(t, `import pytest, helpers
pytestmark = [
    pytest.mark.a,
    helpers.mark_for("db"),
]
class TestA:
    pytestmark = helpers.marks
    @pytest.mark.parametrize("x", [pytest.param(1, marks=helpers.slow), pytest.param(2, marks=[pytest.mark.b])])
    def test_x(self, x): pass
pytestmark += helpers.more
`)
	var got []string
	for _, n := range f.Unreadable {
		text, _, _ := strings.Cut(n.Text, " cannot")
		got = append(got, fmt.Sprintf("%d %s", n.Line, text))
	}
	want := []string{
		`4 pytestmark: helpers.mark_for("db")`,
		"7 pytestmark: helpers.marks",
		"8 marks: helpers.slow",
		"10 pytestmark: helpers.more",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestErrors(t *testing.T) {
	_, err := Scan("tests/test_x.py", []byte("X = (1,\nY = ]\n"))
	const want = "tests/test_x.py:2:5: ']' does not close '(' opened on line 1"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, ok := err.(*Error); !ok {
		t.Errorf("got a %T, want an *Error", err)
	}
}

// What is wrong in a function's body hides no test, mark or import.
func TestFaultInFunction(t *testing.T) {
	f, err := Scan("test_x.py", []byte(`import pytest
class TestA:
    @pytest.mark.serial
    def test_a(self):
        import helper
        x = = 1
    @pytest.mark.xdist_group("db")
    def test_b(self): pass
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Faults) != 1 || f.Faults[0].Line != 6 {
		t.Errorf("faults %v, want one on line 6", f.Faults)
	}
	if len(f.Tests) != 2 || f.Tests[0].Marks[0].Name != "serial" || f.Tests[1].Marks[0].Name != "xdist_group" {
		t.Errorf("tests %+v, want a serial one and one of a group", f.Tests)
	}
	if len(f.Imports) != 2 || f.Imports[1].Module != "helper" {
		t.Errorf("imports %+v, want pytest and helper", f.Imports)
	}
}
