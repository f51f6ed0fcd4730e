package pyscan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// files splits a text into files: each begins with a line "-- path --".
func files(text string) map[string]string {
	found := map[string]string{}
	for _, part := range strings.Split("\n"+text, "\n-- ")[1:] {
		path, content, _ := strings.Cut(part, " --")
		found[path] = strings.TrimPrefix(content, "\n") + "\n"
	}
	return found
}

// link scans files as one repository, and returns what is found in each of the tests'.
func link(t *testing.T, text string) map[string]*File {
	t.Helper()
	sources, tree := parseAll(t, Options{}, files(text))
	Link(sources, tree)
	return collected(sources)
}

func parseAll(t *testing.T, options Options, byPath map[string]string) ([]*Source, Tree) {
	t.Helper()
	tree := Tree{}
	var sources []*Source
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		s, err := options.Parse(path, []byte(byPath[path]))
		if err != nil {
			t.Fatal(err)
		}
		s.Collected = strings.Contains(path, "test_")
		sources = append(sources, s)
		tree[path] = true
	}
	return sources, tree
}

func collected(sources []*Source) map[string]*File {
	found := map[string]*File{}
	for _, s := range sources {
		if s.Collected {
			found[s.Path] = &s.File
		}
	}
	return found
}

// dumpAll writes each file's tests behind its path.
func dumpAll(found map[string]*File) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "%s\n%s", path, dump(found[path]))
	}
	return b.String()
}

type linkCase struct{ name, text, want string }

func runLinkCases(t *testing.T, cases []linkCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := dumpAll(link(t, c.text)); got != c.want {
				t.Errorf("got:\n%swant:\n%sof:\n%s", got, c.want, c.text)
			}
		})
	}
}

const marksModule = `
-- tests/__init__.py --
-- tests/marks.py --
import pytest
serial_db = pytest.mark.serial
in_db = pytest.mark.xdist_group("db")
needs = [pytest.mark.xdist_group("cache")]
NAME = "reports"
_private = pytest.mark.a

def grouped(name):
    return pytest.mark.xdist_group(name)
`

func TestMarksOfOtherFiles(t *testing.T) {
	serial := lines("tests/test_a.py", "test_a @serial")
	runLinkCases(t, []linkCase{
		{"from", marksModule + "-- tests/test_a.py --\nfrom tests.marks import serial_db\n@serial_db\ndef test_a(): pass", serial},
		{"from, renamed", marksModule + "-- tests/test_a.py --\nfrom tests.marks import serial_db as s\n@s\ndef test_a(): pass", serial},
		{"relative", marksModule + "-- tests/test_a.py --\nfrom .marks import serial_db\n@serial_db\ndef test_a(): pass", serial},
		{"relative module", marksModule + "-- tests/test_a.py --\nfrom . import marks\n@marks.serial_db\ndef test_a(): pass", serial},
		{"import", marksModule + "-- tests/test_a.py --\nimport tests.marks\n@tests.marks.serial_db\ndef test_a(): pass", serial},
		{"import as", marksModule + "-- tests/test_a.py --\nimport tests.marks as m\n@m.serial_db\ndef test_a(): pass", serial},
		{"star", marksModule + "-- tests/test_a.py --\nfrom tests.marks import *\n@serial_db\ndef test_a(): pass\n@_private\ndef test_b(): pass", lines("tests/test_a.py", "test_a @serial", "test_b")},
		{"lists", marksModule + "-- tests/test_a.py --\nfrom tests import marks\npytestmark = marks.needs + [marks.in_db]\ndef test_a(): pass",
			lines("tests/test_a.py", `test_a @xdist_group("cache") @xdist_group("db")`)},
		{"arguments", marksModule + "-- tests/test_a.py --\nimport pytest\nfrom tests.marks import NAME\n@pytest.mark.xdist_group(NAME)\ndef test_a(): pass",
			lines("tests/test_a.py", `test_a @xdist_group("reports")`)},
		{"made by a function", marksModule + "-- tests/test_a.py --\nfrom tests.marks import grouped\n@grouped('queue')\ndef test_a(): pass\n@grouped(name='x')\nclass TestC:\n  def test_b(self): pass",
			lines("tests/test_a.py", `test_a @xdist_group("queue")`, `TestC::test_b @xdist_group("x")`)},
		{"through a third file", marksModule + "-- tests/more.py --\nfrom .marks import *\n-- tests/test_a.py --\nfrom .more import serial_db\n@serial_db\ndef test_a(): pass", serial},
		{"through __init__.py", "-- lib/__init__.py --\nfrom .marks import *\n-- lib/marks.py --\nfrom pytest import mark\n__all__ = ['alone']\nalone = mark.serial\nother = mark.a\n" +
			"-- test_a.py --\nimport lib\n@lib.alone\ndef test_a(): pass\n@lib.other\ndef test_b(): pass", lines("test_a.py", "test_a @serial", "test_b")},
		{"a package's name before its submodule", "-- lib/__init__.py --\nfrom .alone import alone\n-- lib/alone.py --\nfrom pytest import mark\nalone = mark.serial\n" +
			"-- test_a.py --\nfrom lib import alone\n@alone\ndef test_a(): pass", lines("test_a.py", "test_a @serial")},
		{"mark handed on", "-- lib.py --\nfrom pytest import mark\n-- test_a.py --\nfrom lib import mark\n@mark.serial\ndef test_a(): pass", lines("test_a.py", "test_a @serial")},
		{"not while type checking", marksModule + "-- tests/test_a.py --\nif TYPE_CHECKING:\n  from tests.marks import serial_db\n@serial_db\ndef test_a(): pass", lines("tests/test_a.py", "test_a")},
		{"a decorator", "-- lib.py --\nimport pytest, functools\ndef alone(fn):\n  @functools.wraps(fn)\n  def wrapper(*a): return fn(*a)\n  return pytest.mark.serial(wrapper)\n" +
			"def in_group(name):\n  def decorate(fn):\n    fn = pytest.mark.xdist_group(f'{name}_db')(fn)\n    return fn\n  return decorate\n" +
			"-- test_a.py --\nimport lib\n@lib.alone\ndef test_a(): pass\n@lib.in_group('x')\nclass TestC:\n  def test_b(self): pass", lines("test_a.py", "test_a @serial", `TestC::test_b @xdist_group("x_db")`)},
	})
}

func TestBasesOfOtherFiles(t *testing.T) {
	base := "-- base.py --\nimport pytest\n@pytest.mark.serial\nclass ServerCase:\n  def test_inherited(self): pass\n"
	runLinkCases(t, []linkCase{
		{"tests and marks", base + "-- test_a.py --\nfrom base import ServerCase\nclass TestServer(ServerCase):\n  def test_own(self): pass",
			lines("test_a.py", "TestServer::test_inherited @serial", "TestServer::test_own @serial")},
		{"over a third file", base + "-- more.py --\nimport base\nclass More(base.ServerCase):\n  pytestmark = base.pytest.mark.a\n-- test_a.py --\nfrom more import More\nclass TestServer(More): pass",
			lines("test_a.py", "TestServer::test_inherited @serial @a")},
		{"no prefix, no test", base + "-- test_a.py --\nfrom base import ServerCase\nclass Server(ServerCase): pass", lines("test_a.py")},
		{"a unittest by another file", "-- base.py --\nfrom unittest import TestCase\nclass Base(TestCase):\n  def test_a(self): pass\n-- test_a.py --\nfrom base import Base\nclass Things(Base):\n  def test_b(self): pass",
			lines("test_a.py", "Base::test_a", "Things::test_a", "Things::test_b")},
		{"Twisted's runTest", "-- src/twisted/trial/_synctest.py --\nimport unittest\nclass TestCase(unittest.TestCase):\n  def runTest(self): pass\n-- test_a.py --\nfrom src.twisted.trial._synctest import TestCase\nclass A(TestCase):\n  def test_a(self): pass\nclass B(TestCase): pass\nclass C(TestCase):\n  def runTest(self): pass",
			lines("test_a.py", "A::test_a", "C::runTest")},
		{"only called TestCase", "-- base.py --\nclass QuantityTestCase:\n  def test_a(self): pass\n-- test_a.py --\nfrom base import QuantityTestCase\nclass Things(QuantityTestCase): pass\nclass TestThings(QuantityTestCase): pass",
			lines("test_a.py", "TestThings::test_a")},
		{"a constructor", "-- base.py --\nclass Base:\n  def __init__(self): pass\n-- test_a.py --\nfrom base import Base\nclass TestC(Base):\n  def test_a(self): pass", lines("test_a.py")},
		{"an abstract base", "-- base.py --\nimport abc\nclass Base(abc.ABC):\n  @abc.abstractmethod\n  def make(self): pass\n  def test_a(self): pass\n-- test_a.py --\nfrom base import Base\nclass TestC(Base): pass\nclass TestD(Base):\n  def make(self): pass",
			lines("test_a.py", "TestD::test_a")},
		{"imported tests", "-- test_base.py --\nimport pytest\nclass TestBase:\n  @pytest.mark.serial\n  def test_v(self): pass\ndef test_shared(): pass\n-- test_child.py --\nfrom test_base import TestBase, test_shared\nclass TestChild(TestBase): pass\n-- test_star.py --\nfrom test_base import *",
			lines("test_base.py", "TestBase::test_v @serial", "test_shared", "test_child.py", "TestBase::test_v @serial", "test_shared", "TestChild::test_v @serial", "test_star.py", "TestBase::test_v @serial", "test_shared")},
		{"the module's mark stays there", "-- test_base.py --\nfrom pytest import mark\npytestmark = mark.a\ndef test_a(): pass\n-- test_child.py --\nfrom test_base import test_a",
			lines("test_base.py", "test_a @a", "test_child.py", "test_a")},
		{"names in a circle", "-- lib/__init__.py --\nimport lib\nif x:\n  a = lib.a\nelse:\n  from lib import a\nb = lib.a.b\n-- lib/c.py --\nimport lib\nc = lib.c if x else lib\n-- test_a.py --\nimport lib.c\nfrom lib import a, c\nfrom lib.c import c as d\nclass TestC(lib.a.b.c): pass\n@lib.c.c.c.c\n@d.c.c\ndef test_a(): pass", lines("test_a.py", "? TestC", "test_a")},
		{"relative imports that lead nowhere", "-- test_a.py --\nfrom . import test_b\nfrom .. import Base\nfrom ...c.d import E\nimport x.y.z\nclass TestC(Base): pass\nclass TestD(E): pass\nclass TestE(x.y.z.F): pass", lines("test_a.py", "? test_b", "? TestC", "? TestD", "? TestE")},
		{"still unknown: a base from no file", "-- test_a.py --\nfrom other import Base\nclass TestC(Base): pass", lines("test_a.py", "? TestC")},
		{"still unknown: a base of a base", "-- base.py --\nfrom other import Other\nclass Base(Other): pass\n-- test_a.py --\nfrom base import Base\nclass TestC(Base): pass", lines("test_a.py", "? TestC")},
		{"a module is no test", "-- test_utils.py --\n-- test_a.py --\nimport test_utils\nfrom lib import test_more\n-- lib/__init__.py --\n-- lib/test_more.py --", lines("lib/test_more.py", "test_a.py", "test_utils.py")},
		{"marks added to another file's class stay here", base + "-- test_a.py --\nimport pytest\nfrom base import ServerCase\nTestA = pytest.mark.a(ServerCase)\n-- test_b.py --\nfrom base import ServerCase\nclass TestB(ServerCase): pass",
			lines("test_a.py", "TestA::test_inherited @serial @a", "test_b.py", "TestB::test_inherited @serial")},
	})
}

// Where files import each other, the first by path is imported first: the other then sees
// what it has bound so far.
func TestImportCycles(t *testing.T) {
	text := "-- a.py --\nfrom pytest import mark\nearly = mark.a\nimport b\nlate = b.both\n-- b.py --\nfrom pytest import mark\nfrom a import early, late\nboth = [early, mark.b]\n" +
		"-- test_a.py --\nimport a\nfrom a import early, late\n@early\ndef test_x(): pass\nclass TestY:\n  pytestmark = a.late\n  def test_y(self): pass\n" +
		"-- test_b.py --\nfrom test_c import TestC\nclass TestB(TestC): pass\n-- test_c.py --\nimport test_b\nclass TestC:\n  def test_x(self): pass\n"
	want := lines("test_a.py", "test_x @a", "TestY::test_y @a @b", "test_b.py", "TestC::test_x", "TestB::test_x", "test_c.py", "TestC::test_x")
	for range 20 {
		if got := dumpAll(link(t, text)); got != want {
			t.Fatalf("got:\n%swant:\n%s", got, want)
		}
	}
}

// Lines are of the file that has the test; those of marks are with their own file.
func TestPlacesInOtherFiles(t *testing.T) {
	found := link(t, "-- base.py --\n\n\n\n\nfrom pytest import mark\ndef alone(f):\n  return mark.serial(f)\nclass Base:\n  @alone\n  def test_a(self): pass\n  class TestI:\n    def test_i(self): pass\n-- test_a.py --\n\nfrom base import Base\nclass TestC(Base): pass\nfrom base import Base as TestD\n")["test_a.py"]
	var got []string
	for _, test := range found.Tests {
		at := fmt.Sprintf("%s %d", test.ID, test.Line)
		for _, m := range test.Marks {
			at += fmt.Sprintf(" %s:%d", m.File, m.Line)
		}
		got = append(got, at)
	}
	want := []string{"TestC::test_a 3 base.py:7", "TestC::TestI::test_i 3", "TestD::test_a 4 base.py:7", "TestD::TestI::test_i 4"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

const engines = `
-- tests/conftest.py --
import pytest
@pytest.fixture(params=[
    pytest.param("sqlite", marks=[pytest.mark.integration, pytest.mark.xdist_group("sqlite")]),
    pytest.param("pg", marks=pytest.mark.xdist_group("pg")),
    "mock",
])
def engine(request): pass
@pytest.fixture
def session(engine): pass
@pytest.fixture(params=[1, 2])
def number(request): pass
`

// Fixtures of conftest.py files and plugins make axes as those of the file do.
func TestFixturesOfOtherFiles(t *testing.T) {
	const all = ` | @integration @xdist_group("sqlite") or @xdist_group("pg") or -`
	runLinkCases(t, []linkCase{
		{"by parameter", engines + "-- tests/test_a.py --\ndef test_a(engine): pass\ndef test_b(number): pass", lines("tests/test_a.py", "test_a"+all, "test_b")},
		{"through another fixture, from a folder below", engines + "-- tests/sub/test_a.py --\ndef test_a(session): pass", lines("tests/sub/test_a.py", "test_a"+all)},
		{"not beside the folder", engines + "-- test_a.py --\ndef test_a(engine): pass", lines("test_a.py", "test_a")},
		{"usefixtures", engines + "-- tests/test_a.py --\nfrom pytest import mark\npytestmark = mark.usefixtures('session')\nclass TestC:\n  def test_a(self): pass", lines("tests/test_a.py", `TestC::test_a @usefixtures("session")`+all)},
		{"autouse", engines + "-- tests/sub/conftest.py --\nfrom pytest import fixture\n@fixture(autouse=True)\ndef clean(session): pass\n-- tests/sub/test_a.py --\ndef test_a(): pass\n-- tests/test_b.py --\ndef test_b(): pass",
			lines("tests/sub/test_a.py", "test_a"+all, "tests/test_b.py", "test_b")},
		{"overridden nearer", engines + "-- tests/sub/conftest.py --\nfrom pytest import fixture\n@fixture\ndef engine(): pass\n-- tests/sub/test_a.py --\ndef test_a(session): pass", lines("tests/sub/test_a.py", "test_a")},
		{"overridden in the module", engines + "-- tests/test_a.py --\nfrom pytest import fixture\n@fixture\ndef engine(): pass\ndef test_a(session): pass", lines("tests/test_a.py", "test_a")},
		{"overridden in a class", engines + "-- tests/test_a.py --\nfrom pytest import fixture\nclass TestC:\n  @fixture\n  def engine(self): pass\n  def test_a(self, session): pass\ndef test_b(session): pass", lines("tests/test_a.py", "TestC::test_a", "test_b"+all)},
		{"overridden, with the one that is", engines + "-- tests/test_a.py --\nfrom pytest import fixture\n@fixture\ndef engine(engine): pass\ndef test_a(session): pass", lines("tests/test_a.py", "test_a"+all)},
		{"overridden by params", engines + "-- tests/test_a.py --\nfrom pytest import fixture\n@fixture(params=[1])\ndef engine(engine): pass\ndef test_a(session): pass", lines("tests/test_a.py", "test_a")},
		{"parametrized", engines + "-- tests/test_a.py --\nfrom pytest import mark\n@mark.parametrize('engine', [1])\ndef test_a(engine): pass\n@mark.parametrize('session', [1], indirect=True)\ndef test_b(session): pass\n@mark.parametrize('session', [1])\ndef test_c(session): pass\n@mark.parametrize('engine', [1], indirect=True)\ndef test_d(engine): pass",
			lines("tests/test_a.py", `test_a @parametrize("engine", [1])`, `test_b @parametrize("session", [1], indirect=True)`+all, `test_c @parametrize("session", [1])`, `test_d @parametrize("engine", [1], indirect=True)`)},
		{"a plugin of the repository", "-- conftest.py --\npytest_plugins = ['lib.fixtures']\n-- lib/fixtures.py --\nimport pytest\npytest_plugins = 'lib.more'\n-- lib/more.py --\nimport pytest\n@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.serial)])\ndef host(request): pass\n-- test_a.py --\ndef test_a(host): pass",
			lines("test_a.py", "test_a | @serial")},
		{"imported into conftest.py", "-- tests/conftest.py --\nfrom .fixtures import *\n-- tests/fixtures.py --\nimport pytest\nGROUPS = ['a', 'b']\n@pytest.fixture(params=[pytest.param(g, marks=pytest.mark.xdist_group(f'{g}_db')) for g in GROUPS])\ndef host(request): pass\n-- tests/test_a.py --\ndef test_a(host): pass",
			lines("tests/test_a.py", `test_a | @xdist_group("a_db") or @xdist_group("b_db")`)},
		{"made by a function", "-- conftest.py --\nimport pytest\ndef make(*names):\n  @pytest.fixture(params=[pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in names])\n  def fix(request): return request.param\n  return fix\nhost = make('x', 'y')\n-- test_a.py --\ndef test_a(host): pass",
			lines("test_a.py", `test_a | @xdist_group("x") or @xdist_group("y")`)},
		{"lazy fixtures", engines + "-- tests/test_a.py --\nfrom pytest import fixture, mark, param\nfrom pytest_lazy_fixtures import lf\n@fixture(params=[lf('session'), lf('number')])\ndef db(request): pass\ndef test_a(db): pass\n@mark.parametrize('x', [1, param(lf('session'), marks=mark.b), (2, lf('number'))])\ndef test_b(x): pass\n@fixture(params=[lf('y')])\ndef x(): pass\n@fixture(params=[lf('x')])\ndef y(): pass\ndef test_c(x): pass",
			lines("tests/test_a.py", `test_a | @integration @xdist_group("sqlite") or @xdist_group("pg") or -`, `test_b @parametrize("x", [1, param(lf('session'), marks=mark.b), (2, lf('number'))]) | - or @b | @integration @xdist_group("sqlite") or @xdist_group("pg") or -`, "test_c")},
		{"unittest, which is not parametrized", engines + "-- tests/test_a.py --\nimport unittest, pytest\n@pytest.mark.usefixtures('engine')\nclass TestC(unittest.TestCase):\n  def test_a(self): pass", lines("tests/test_a.py", `TestC::test_a @usefixtures("engine")`)},
		{"a base class's fixture", engines + "-- tests/base.py --\nfrom pytest import fixture\nclass Base:\n  @fixture\n  def db(self, engine): pass\n  def test_a(self, db): pass\n-- tests/test_a.py --\nfrom .base import Base\nclass TestC(Base): pass", lines("tests/test_a.py", "TestC::test_a"+all)},
	})
}

// configuredTree is a Tree with plugins and fixtures that pytest's configuration names.
type configuredTree struct {
	Tree
	plugins []string
}

func (c configuredTree) Plugins(string) []string { return c.plugins }

// Fixtures of the ini option usefixtures and of plugins of -p: what is nearer overrides
// them, and the later plugin the earlier.
func TestConfiguredFixtures(t *testing.T) {
	fixture := func(group string) string {
		return "import pytest\n@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.xdist_group('" + group + "'))])\ndef db(): pass\n"
	}
	uses := "\n-- test_a.py --\ndef test_a(): pass\ndef test_b(db): pass\n"
	group := func(name string) string { return ` | @xdist_group("` + name + `")` }
	for name, c := range map[string]struct {
		text        string
		usefixtures []string
		want        string
	}{
		"a plugin":                         {"-- p.py --\n" + fixture("p") + uses, nil, lines("test_a.py", "test_a", "test_b"+group("p"))},
		"usefixtures":                      {"-- p.py --\n" + fixture("p") + uses, []string{"db"}, lines("test_a.py", "test_a"+group("p"), "test_b"+group("p"))},
		"the later plugin":                 {"-- p.py --\n" + fixture("p") + "-- q.py --\n" + fixture("q") + uses, nil, lines("test_a.py", "test_a", "test_b"+group("q"))},
		"conftest.py first":                {"-- p.py --\n" + fixture("p") + "-- conftest.py --\n" + fixture("c") + uses, nil, lines("test_a.py", "test_a", "test_b"+group("c"))},
		"plugins of conftest.py first":     {"-- p.py --\n" + fixture("p") + "-- more.py --\n" + fixture("m") + "-- conftest.py --\npytest_plugins = ['more']\n" + uses, nil, lines("test_a.py", "test_a", "test_b"+group("m"))},
		"plugins of a plugin":              {"-- p.py --\npytest_plugins = 'more'\n-- more.py --\n" + fixture("m") + uses, nil, lines("test_a.py", "test_a", "test_b"+group("m"))},
		"autouse":                          {"-- p.py --\n" + strings.Replace(fixture("p"), "params", "autouse=True, params", 1) + uses, nil, lines("test_a.py", "test_a"+group("p"), "test_b"+group("p"))},
		"a hook":                           {"-- p.py --\nimport pytest\ndef pytest_generate_tests(metafunc):\n  metafunc.parametrize('db', [pytest.param(1, marks=pytest.mark.xdist_group('h'))])\n" + uses, nil, lines("test_a.py", "test_a", "test_b"+group("h"))},
		"usefixtures of a fixture without": {"-- p.py --\n" + uses, []string{"other"}, lines("test_a.py", "test_a", "test_b")},
	} {
		t.Run(name, func(t *testing.T) {
			sources, tree := parseAll(t, Options{Usefixtures: c.usefixtures}, files(c.text))
			Link(sources, configuredTree{tree, []string{"gone.py", "p.py", "q.py"}})
			if got := dumpAll(collected(sources)); got != c.want {
				t.Errorf("got:\n%swant:\n%sof:\n%s", got, c.want, c.text)
			}
		})
	}
}

func TestGeneratedTests(t *testing.T) {
	hook := "def pytest_generate_tests(metafunc):\n  if 'backend' not in metafunc.fixturenames:\n    return\n  metafunc.parametrize('backend', [pytest.param('pg', marks=pytest.mark.serial), 'lite'])\n"
	runLinkCases(t, []linkCase{
		{"in the file", "-- test_a.py --\nimport pytest\n" + hook + "def test_a(backend): pass\ndef test_b(): pass", lines("test_a.py", "test_a | @serial or -", "test_b")},
		{"in conftest.py", "-- conftest.py --\nimport pytest\n" + hook + "-- sub/test_a.py --\nimport pytest\n@pytest.fixture\ndef db(backend): pass\ndef test_a(db): pass\ndef test_b(): pass", lines("sub/test_a.py", "test_a | @serial or -", "test_b")},
		{"several names", "-- test_a.py --\nimport pytest\ndef pytest_generate_tests(metafunc):\n  for name in ('x', 'y'):\n    metafunc.parametrize([name, 'z'], [pytest.param(1, 2, marks=getattr(pytest.mark, name))])\ndef test_a(x, z): pass\ndef test_b(y, z): pass", lines("test_a.py", "test_a | @x", "test_b | @y")},
	})
}

// Groups that are computed from what can be read.
func TestComputedGroups(t *testing.T) {
	ab := lines("test_a.py", `test_a | @xdist_group("a") or @xdist_group("b")`)
	params := func(head, values string) string {
		return "-- test_a.py --\nfrom pytest import mark, param\n" + head + "\nCASES = " + values + "\n@mark.parametrize('x', CASES)\ndef test_a(x): pass"
	}
	var cases []linkCase
	for _, c := range [][2]string{
		{"", "[param(d, marks=mark.xdist_group(d)) for d in ('a', 'b')]"},
		{"D = ['a', 'b']", "[param(d, marks=[mark.xdist_group(d)]) for d in D]"},
		{"D = {'a': 1, 'b': 2}", "[param(v, marks=mark.xdist_group(k)) for k, v in D.items()]"},
		{"D = {'a': 1, 'b': 2}", "[param(1, marks=mark.xdist_group(k)) for k in D]"},
		{"D = {1: 'a', 2: 'b'}", "[param(k, marks=mark.xdist_group(D[k])) for k in sorted(D)]"},
		{"", "[param(i, marks=mark.xdist_group(n)) for i, n in enumerate(['a', 'b'])]"},
		{"", "[param(i, marks=mark.xdist_group(n)) for i, n in zip((1, 2), ('a', 'b'))]"},
		{"", "[param(1, marks=mark.xdist_group(n)) for n in ('a', 'b', 'c') if n != 'c']"},
		{"", "[param(1, marks=mark.xdist_group(n)) for n in ('a', 'b', 'c') if n not in ['c']]"},
		{"", "list(param(1, marks=mark.xdist_group(n)) for n in ('a', 'b'))"},
		{"L = []\nfor d in 'a', 'b':\n  L.append(param(d, marks=mark.xdist_group(d)))", "L"},
		{"L = []\nfor d in 'a', 'b':\n  L += [param(d, marks=mark.xdist_group(d))]", "tuple(L)"},
		{"def case(d):\n  return param(d, marks=mark.xdist_group(d))", "[case('a'), case('b')]"},
		{"def case(d, group='b'):\n  return param(d, marks=mark.xdist_group(group))", "[case(1, group='a'), case(2)]"},
		{"case = lambda d: param(d, marks=mark.xdist_group(d))", "[case(d) for d in ['a', 'b']]"},
		{"def cases():\n  out = []\n  for d in ['a', 'b']:\n    out.append(param(d, marks=mark.xdist_group(d)))\n  return out", "cases()"},
	} {
		cases = append(cases, linkCase{c[0] + " " + c[1], params(c[0], c[1]), ""})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := dumpAll(link(t, c.text))
			if got = strings.Replace(got, ` @parametrize("x", CASES)`, "", 1); got != ab {
				t.Errorf("got:\n%swant:\n%sof:\n%s", got, ab, c.text)
			}
		})
	}
}

// Members of enumerations, by their names and values.
func TestComputedEnums(t *testing.T) {
	const head = "from pytest import mark\nimport enum\nfrom enum import Enum, IntEnum, StrEnum, auto\n" +
		"class P(Enum):\n  A = 'a'\n  B = 1\n  C = auto()\n  D = ('d', 2)\n  __x__ = 'x'\n  def f(self): pass\n" +
		"class T(str, Enum):\n  A = 'a'\n" +
		"class S(StrEnum):\n  A = 'a'\n  BIG = auto()\n" +
		"class I(IntEnum):\n  ONE = 1\n" +
		"class J(int, Enum):\n  ONE = 1\n" +
		"class Named(enum.Enum):\n  def _generate_next_value_(name, start, count, last): return name.lower() + '_db'\n" +
		"class N(Named):\n  PG = auto()\n" +
		"class W(Enum):\n  def __str__(self): return 'w'\n  A = 'a'\n" +
		"class V(Enum):\n  def __new__(cls, *args): return object.__new__(cls)\n  A = 'a'\n"
	for source, want := range map[string]string{
		"P.A.value": "a", "P.A.name": "A", "P.A._value_": "a", "P.C.name": "C", "P['A'].value": "a", "P('a').name": "A", "P('z').name": "", "getattr(P, 'A').value": "a",
		"P.A": "", "P.C.value": "", "P.D.value": "", "P.D.value[0]": "d", "P.B.value": "", "P.f.name": "", "P.__x__": "x", "P.A.other": "",
		"f'{P.A.value}_db'": "a_db", "f'{P.B.value}'": "1", "str(P.A)": "P.A", "f'{P.A}'": "P.A", "P.A.value.upper()": "A", "P.A.value + 'x'": "ax",
		"T.A": "a", "T.A.value": "a", "T.A + 'x'": "ax", "'x' + T.A": "xa", "'_'.join([T.A, S.BIG])": "a_big", "f'{T.A}'": "", "str(T.A)": "", "T.A.upper()": "A",
		"S.A": "a", "S.BIG": "big", "f'{S.BIG}_db'": "big_db", "'%s' % S.A": "a",
		"I.ONE": "", "f'{I.ONE}'": "", "f'{I.ONE.value}'": "1", "I.ONE.name": "ONE", "f'{J.ONE}'": "", "J.ONE.name": "ONE",
		"N.PG.value": "pg_db", "str(W.A)": "", "W.A.value": "a", "V.A.value": "", "V.A.name": "A",
		"'x' if P.A == P.A else 'y'": "x", "'x' if P.A == P.B else 'y'": "y", "'x' if P.A == 'a' else 'y'": "y", "'x' if T.A == 'a' else 'y'": "x", "'x' if J.ONE == 1 else ''": "",
		"{P.A: 'x', P.B: 'y'}[P.B]": "y", "[m.name for m in P][1]": "B", "list(T)[0].value": "a", "[*S][1]": "big", "P.__members__['A'].value": "a", "'_'.join(S)": "a_big",
	} {
		f := scan(t, head+"@mark.g("+source+")\ndef test_a(): pass\n")
		arg := f.Tests[0].Marks[0].Args[0]
		if arg.Literal != (want != "") || arg.Literal && arg.Value != want {
			t.Errorf("%s: got %+v, want %q", source, arg, want)
		}
	}
	runLinkCases(t, []linkCase{
		{"params over an enumeration of another file", "-- db.py --\nimport sys\nfrom enum import Enum\nclass DB(Enum):\n  PG = 'pg'\n  LITE = 'lite'\n-- test_a.py --\nimport pytest\nfrom db import DB\n@pytest.fixture(params=[pytest.param(d, marks=pytest.mark.xdist_group(d.value)) for d in DB])\ndef db(): pass\ndef test_a(db): pass\n@pytest.mark.xdist_group(name=DB.PG.value)\ndef test_b(): pass",
			lines("test_a.py", `test_a | @xdist_group("pg") or @xdist_group("lite")`, `test_b @xdist_group(name="pg")`)},
		{"a member that may be none", "-- test_a.py --\nimport enum\nfrom sys import platform\nfrom pytest import mark, param\nclass DB(enum.Enum):\n  PG = 'pg'\n  if platform == 'x': LITE = 'lite'\n@mark.parametrize('x', [param(d, marks=mark.xdist_group(DB.LITE.value)) for d in [1]])\ndef test_a(x): pass",
			lines("test_a.py", `test_a @parametrize("x", [param(d, marks=mark.xdist_group(DB.LITE.value)) for d in [1]]) | @xdist_group(DB.LITE.value)`)},
	})
}

func TestComputedText(t *testing.T) {
	for source, want := range map[string]string{
		`f"a{N}"`: "adb", `f"a{N!s}" "b" f"{1}"`: "adbb1", `f"{N}{{}}{True}{None}"`: "db{}TrueNone", `f"{N:>5}"`: "", `f"{N!r}"`: "", `f"{N=}"`: "", `f"{other}"`: "", `f"{N.upper()}"`: "DB",
		`"a%s" % N`: "adb", `"%s_%d%%" % (N, 1)`: "db_1%", `"%(x)s" % D`: "", `"%s%s" % N`: "", `"%x" % 1`: "",
		`"a{}".format(N)`: "adb", `"{0}{1}{0}".format(N, 2)`: "db2db", `"{n}{{}}".format(n=N)`: "db{}", `"{:>3}".format(N)`: "", `"{}{}".format(N)`: "",
		`"_".join(["a", N])`: "a_db", `N.replace("d", "x")`: "xb", `str(1) + "x"`: "1x", `D["k"]`: "v", `D.get("k")`: "v", `D.get("l", "w")`: "w", `D[other]`: "", `["a", N][1]`: "db", `("a", N)[-1]`: "",
		`N or "x"`: "db", `"" or "x"`: "x", `N and "x"`: "x", `"x" if N == "db" else "y"`: "x", `"x" if N in ("pg",) else "y"`: "y", `"x" if not N else "y"`: "y", `dict(a=N)["a"]`: "db", `{**D, "l": N}["k"]`: "v", `{k: v for k, v in D.items()}["k"]`: "v",
	} {
		f := scan(t, "from pytest import mark\nN = 'db'\nD = {'k': 'v'}\n@mark.g("+source+")\ndef test_a(): pass\n")
		arg := f.Tests[0].Marks[0].Args[0]
		if arg.Literal != (want != "") || arg.Literal && arg.Value != want {
			t.Errorf("%s: got %+v, want %q", source, arg, want)
		}
	}
}
