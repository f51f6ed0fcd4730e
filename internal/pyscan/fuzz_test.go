package pyscan

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzScan holds Scan to what must be true of any input: it ends, does not panic,
// and every line that it names is one of the file's.
func FuzzScan(f *testing.F) {
	sources, err := filepath.Glob("testdata/*.py")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range sources {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, src := range fuzzSeeds {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Scan("x.py", src)
		if err != nil {
			checkPlace(t, src, err)
			return
		}
		lines := lineCount(src)
		check := func(what string, line int) {
			if line < 1 || line > lines {
				t.Errorf("%s on line %d of %d", what, line, lines)
			}
		}
		for _, imp := range file.Imports {
			check("import", imp.Line)
		}
		for _, test := range file.Tests {
			check(test.ID, test.Line)
			for _, m := range test.Marks {
				check(m.Name, m.Line)
			}
		}
		for _, p := range file.Paths {
			check(p.Path, p.Line)
		}
		for _, a := range file.Annotations {
			check(a.Key, a.Line)
		}
		for _, n := range file.Unreadable {
			check(n.Text, n.Line)
		}
		checkSameWithOtherLineEnds(t, src, file)
	})
}

// checkSameWithOtherLineEnds checks that a file means the same, on the same lines,
// with the line ends of other systems and with a comment behind its last line.
func checkSameWithOtherLineEnds(t *testing.T, src []byte, file *File) {
	want := report(file)
	for name, other := range map[string][]byte{
		"CRLF":    bytes.ReplaceAll(toLF(src), []byte("\n"), []byte("\r\n")),
		"CR":      bytes.ReplaceAll(toLF(src), []byte("\n"), []byte("\r")),
		"comment": append(toLF(src), "\n# the end"...),
	} {
		again, err := Scan("x.py", other)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := report(again); got != want {
			t.Errorf("%s: got:\n%swant:\n%s", name, got, want)
		}
	}
}

func toLF(src []byte) []byte {
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

var fuzzSeeds = []string{
	"d = dirname((__file__))\nx = join(d, 'a', b)/'c' # gazelle:ignore a", "files(__package__).parents[1e9]",
	"open(f'{__file__!r:{a}}/%s' % b, *c, **d)[0](", "self.a: b = [open('a/b') for x in Path(__file__).glob(*c) if d] if not e in f else lambda *g: h",
	"if x:\n\ty\n  z", "x = f'{a!r:{b}}' rb'\\' + 0x_1", "class TestA(TestA, B[0], metaclass=M): test_x = lambda: 0",
	"match x:\n case [A(b=1), *_] as c if d: pass", "@pytest.mark.a(*b, **c)\nasync def test_x(a, /, *b): yield",
	"pytestmark = []\nwhile x:\n  pytestmark += pytestmark + [m]", "# coding: gbk\n'\x81\\'", "\r\x00", "class TestA: pass\nTestA.TestA = TestA",
	"try: pass\nexcept* A: pass\nfinally: del a, (b)", "type X[*T = 1] = (yield)", "x = [pytest.param(m, marks=m if a else [b]) for m in c]",
	"d = {a: 1, **b}\nx = f'{d[a]}' % (d.items(), [1] == [1])\nfor i in range(3): x = x.format(*d, k=i) or i in d",
	"def f(a, *b, c=1, **d):\n  for i in b: return lambda x: (a, x)\n  raise f(f)\n@f(1)(2)\nclass TestA: pass\nif x: y = [1].pop\nelse: y = [2].pop\ny.z",
	"def pytest_generate_tests(m): m.parametrize('a', [1, pytest.param(2, marks=b)])\ndef test_a(a): pass",
	"import enum\nclass E(str, enum.Enum):\n  A = 'a'\n  B = enum.auto()\n  if x: C = [A]\n@mark(E.A.value + f'{E.B}', *E, E('a') == E['A'], E.__members__)\ndef test_a(): pass",
}

// checkPlace checks that an error's place lies within the file, or right behind a
// line's end.
func checkPlace(t *testing.T, src []byte, err error) {
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	lines := splitLines(src)
	if e.Line < 1 || e.Line > len(lines) || e.Column < 1 {
		t.Fatalf("%v: of %d lines", err, len(lines))
	}
	if width := utf8.RuneCountInString(lines[e.Line-1]); e.Column > width+1 {
		t.Fatalf("%v: the line has %d characters", err, width)
	}
}

func lineCount(src []byte) int { return len(splitLines(src)) }

func splitLines(src []byte) []string {
	text := strings.TrimPrefix(string(src), "\ufeff")
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
}

// TestHostile has what would take exponential time or memory, were it not bounded.
func TestHostile(t *testing.T) {
	double := func(head, line string) string { return head + strings.Repeat(line, 2000) }
	var nested, chain, calls strings.Builder
	calls.WriteString("def f0(x): return [x, x]\n")
	for i := range 15 {
		calls.WriteString("def f" + itoa(i+1) + "(x): return f" + itoa(i) + "(x) + [f" + itoa(i) + "(y) for y in x]\n")
	}
	nested.WriteString("class TestA0:\n  def test_x(self): pass\n")
	chain.WriteString("class A0:\n  def test_x(self): pass\n")
	for i := range 3000 {
		a, b := itoa(i), itoa(i+1)
		nested.WriteString("class TestA" + b + ":\n  class TestX(TestA" + a + "): pass\n  class TestY(TestA" + a + "): pass\n")
		chain.WriteString("class A" + b + "(A" + a + "): pass\nclass TestA" + b + "(A" + b + "): pass\n")
	}
	for name, src := range map[string]string{
		"doubled list":     double("pytestmark = [pytest.mark.a]\n", "pytestmark += pytestmark\n") + "def test_a(): pass\n",
		"doubled text":     double("x = 'a'\n", "x = x + x\n"),
		"doubled choices":  double("x = [pytest.mark.a]\n", "x = [x, x] if y else [x]\n") + "pytestmark = x\ndef test_a(): pass\n",
		"itself inside":    "class TestA:\n  def test_x(self): pass\nTestA.TestA = TestA\n",
		"attribute chain":  double("import x\n", "x = x.x\n"),
		"nested classes":   nested.String(),
		"chain of classes": chain.String(),
		"calls that call":  double(calls.String(), "x = f15([1, 2])\n"),
		"calls of itself":  double("def f(x): return f(x) + f([x for y in f(x)])\n", "x = f([1, 2])\n"),
		"loops in loops":   strings.Repeat("for x in range(200):\n  x = 'a' + f'{x}'\n", 50) + "y = [x for a in range(200) for b in range(200) for c in range(200)]\n",
		"many branches":    double("", "if x:\n  def test_a(): pass\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Scan("x.py", []byte(src)); err != nil {
				t.Error(err)
			}
		})
	}
}
