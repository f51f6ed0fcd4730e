package pyscan

import "testing"

func TestMarkForms(t *testing.T) {
	db := lines(`test_a @xdist_group("db")`)
	runCases(t, []scanCase{
		{"positional", "import pytest\n@pytest.mark.xdist_group('db')\ndef test_a(): pass\n", db},
		{"keyword", "import pytest\n@pytest.mark.xdist_group(name='db')\ndef test_a(): pass\n", lines(`test_a @xdist_group(name="db")`)},
		{"bare", "import pytest\n@pytest.mark.serial\ndef test_a(): pass\n", lines("test_a @serial")},
		{"called without arguments", "import pytest\n@pytest.mark.serial()\ndef test_a(): pass\n", lines("test_a @serial")},
		{"with_args", "import pytest\n@pytest.mark.xdist_group.with_args('db')\ndef test_a(): pass\n", db},
		{"from pytest import mark", "from pytest import mark\n@mark.xdist_group('db')\ndef test_a(): pass\n", db},
		{"from pytest import mark as m", "from pytest import mark as m\n@m.xdist_group('db')\ndef test_a(): pass\n", db},
		{"import pytest as pt", "import pytest as pt\n@pt.mark.xdist_group('db')\ndef test_a(): pass\n", db},
		{"pytest not imported here", "from helpers import *\n@pytest.mark.xdist_group('db')\ndef test_a(): pass\n", db},
		{"pytest handed on by a module", "from helpers import pytest\nimport a.b\n@pytest.mark.xdist_group('db')\ndef test_a(): pass\n@a.b.pytest.mark.serial\ndef test_b(): pass\n", lines(`test_a @xdist_group("db")`, "test_b @serial")},
		{"mark = pytest.mark", "import pytest\nmark = pytest.mark\n@mark.xdist_group('db')\ndef test_a(): pass\n", db},
		{"alias", "import pytest\ndb = pytest.mark.xdist_group('db')\n@db\ndef test_a(): pass\n", db},
		{"alias of the uncalled mark", "import pytest\ngroup = pytest.mark.xdist_group\n@group('db')\ndef test_a(): pass\n", db},
		{"alias by :=", "import pytest\n(db := pytest.mark.xdist_group('db'))\n@db\ndef test_a(): pass\n", db},
		{"aliases by tuple", "import pytest\na, db = pytest.mark.a, pytest.mark.xdist_group('db')\n@db\ndef test_a(): pass\n", db},
		{"alias with annotation", "import pytest\ndb: object = pytest.mark.xdist_group('db')\n@db\ndef test_a(): pass\n", db},
		{"alias redefined", "import pytest\ndb = pytest.mark.a\n@db\ndef test_a(): pass\ndb = pytest.mark.b\n", lines("test_a @a")},
		{"attribute of a class", "import pytest\nclass M:\n  db = pytest.mark.xdist_group('db')\n@M.db\ndef test_a(): pass\n", db},
		{"called with the function", "import pytest\ndef test_a(): pass\ntest_a = pytest.mark.xdist_group('db')(test_a)\n", db},
		{"called with the function for effect", "import pytest\ndef test_a(): pass\npytest.mark.xdist_group('db')(test_a)\n", db},
		{"inside parentheses over lines", "import pytest\n@pytest.mark.xdist_group(\n    'db',  # why\n)\n\n# more\ndef test_a(): pass\n", db},
		{"several, innermost first", "import pytest\n@pytest.mark.b\n@pytest.mark.a\ndef test_a(): pass\n", lines("test_a @a @b")},
		{"unknown decorators between", "import pytest, mock\n@mock.patch('x.y')\n@pytest.mark.serial\n@other\nasync def test_a(): pass\n", lines("test_a @serial")},
	})
}

func TestMarkArguments(t *testing.T) {
	args := func(src, want string) scanCase {
		return scanCase{src, "import pytest\nNAME = 'db'\nclass C:\n  DB = 'cdb'\n@pytest.mark.g(" + src + ")\ndef test_a(): pass\n", lines("test_a @g(" + want + ")")}
	}
	runCases(t, []scanCase{
		args(`"a\tb\x41\u00e9\101\
c"`, `"a\tbAéAc"`),
		args(`r"a\tb"`, `"a\\tb"`),
		args(`"a" 'b' """c"""`, `"abc"`),
		args(`("a" "b")`, `"ab"`),
		args(`"a\q"`, `"a\\q"`),
		args(`u"a"`, `"a"`),
		args(`f"a{{b}}"`, `"a{b}"`),
		args(`f"a{NAME}"`, `"adb"`),
		args(`f"a{other}"`, `f"a{other}"`),
		args(`t"a"`, `t"a"`),
		args(`b"a"`, `b"a"`),
		args(`"\N{DASH}"`, `"\N{DASH}"`),
		args(`NAME`, `"db"`),
		args(`NAME + "_x"`, `"db_x"`),
		args(`name=NAME`, `name="db"`),
		args(`C.DB`, `"cdb"`),
		args(`1, None`, `1, None`),
		args(`other.NAME`, `other.NAME`),
		args(`*args, **kw`, `*args, **kw`),
		args(`"x" if y else "z"`, `"x" if y else "z"`),
		args(`"x" if True else "z"`, `"x"`),
	})
}

func TestPytestmark(t *testing.T) {
	mod := func(body, want string) scanCase {
		return scanCase{body, "import pytest\nfrom pytest import mark\n" + body + "\ndef test_a(): pass\n", lines("test_a" + want)}
	}
	cls := func(body, want string) scanCase {
		return scanCase{"class: " + body, "import pytest\nfrom pytest import mark\nclass TestC:\n  " + body + "\n  def test_a(self): pass\n", lines("TestC::test_a" + want)}
	}
	runCases(t, []scanCase{
		mod("pytestmark = pytest.mark.serial", " @serial"),
		mod("pytestmark = [mark.a, mark.b]", " @a @b"),
		mod("pytestmark = (mark.a, mark.b)", " @a @b"),
		mod("pytestmark = mark.a, mark.b", " @a @b"),
		mod("pytestmark: list = [mark.a]", " @a"),
		mod("pytestmark: list", ""),
		mod("pytestmark = [mark.a] + [mark.b]", " @a @b"),
		mod("pytestmark = [mark.a]\npytestmark += [mark.b]", " @a @b"),
		mod("pytestmark = [mark.a]\npytestmark.append(mark.b)", " @a @b"),
		mod("pytestmark = [mark.a]\npytestmark.extend([mark.b, mark.c])", " @a @b @c"),
		mod("pytestmark = [mark.a]\npytestmark.insert(0, mark.b)", " @a @b"),
		mod("base = [mark.a]\npytestmark = [*base, mark.b]", " @a @b"),
		mod("base = [mark.a]\npytestmark = list(base)", " @a"),
		mod("pytestmark = x = mark.a", " @a"),
		mod("pytestmark = mark.a\npytestmark = mark.b", " @b"),
		mod("pytestmark = mark.a\ndel pytestmark", ""),
		mod("if x:\n  pytestmark = mark.a", " | @a or -"),
		mod("if x:\n  pytestmark = mark.a\nelse:\n  pytestmark = mark.b", " | @a or @b"),
		mod("pytestmark = mark.a if x else []", " | @a or -"),
		mod("pytestmark = [mark.a] + ([mark.b] if x else [])", " @a | @b or -"),
		mod("pytestmark = [mark.a]\nif x:\n  pytestmark.append(mark.b)", " | @a @b or @a"),
		cls("pytestmark = mark.a", " @a"),
		cls("pytestmark = [mark.a]; pytestmark += [mark.b]", " @a @b"),
		cls("pytestmark: object = mark.a", " @a"),
		{
			"module, class, class decorator and method",
			"from pytest import mark\npytestmark = mark.m\n@mark.d\nclass TestC:\n  pytestmark = mark.c\n  @mark.f\n  def test_a(self): pass\ndef test_b(): pass\n",
			lines("TestC::test_a @m @c @d @f", "test_b @m"),
		},
		{
			"set from outside",
			"from pytest import mark\nclass TestC:\n  def test_a(self): pass\nTestC.pytestmark = mark.a\ndef test_b(): pass\ntest_b.pytestmark = [mark.b]\n",
			lines("TestC::test_a @a", "test_b @b"),
		},
	})
}

func TestAxes(t *testing.T) {
	head := "import pytest\nfrom pytest import mark, param\n"
	runCases(t, []scanCase{
		{
			"params with marks",
			head + "@mark.parametrize('x', [1, param(2, marks=mark.serial), param(3, marks=[mark.a, mark.b], id='i')])\ndef test_a(x): pass\n",
			lines("test_a @parametrize(\"x\", [1, param(2, marks=mark.serial), param(3, marks=[mark.a, mark.b], id='i')]) | - or @serial or @a @b"),
		},
		{"all params have the same mark", head + "@mark.parametrize('x', argvalues=[param(2, marks=mark.a), param(3, marks=mark.a)])\ndef test_a(x): pass\n",
			lines("test_a @parametrize(\"x\", argvalues=[param(2, marks=mark.a), param(3, marks=mark.a)]) | @a")},
		{"params without marks", head + "@mark.parametrize('x', [1, param(2)])\ndef test_a(x): pass\n", lines(`test_a @parametrize("x", [1, param(2)])`)},
		{"params by a constant", head + "CASES = [param(1, marks=mark.a)]\nCASES += [2]\n@mark.parametrize('x', CASES)\ndef test_a(x): pass\n",
			lines(`test_a @parametrize("x", CASES) | @a or -`)},
		{"params by comprehension", head + "@mark.parametrize('x', [param(i, marks=mark.a) for i in y])\ndef test_a(x): pass\n",
			lines(`test_a @parametrize("x", [param(i, marks=mark.a) for i in y]) | @a`)},
		{"conditional marks", head + "@mark.parametrize('x', [param(i, marks=mark.a if z else ())])\ndef test_a(x): pass\n",
			lines(`test_a @parametrize("x", [param(i, marks=mark.a if z else ())]) | @a or -`)},
		{"two axes", head + "A = [param(1, marks=mark.a), 1]\nB = [param(1, marks=mark.b), 1]\n@mark.parametrize('x', A)\n@mark.parametrize('y', B)\ndef test_a(x, y): pass\n",
			lines(`test_a @parametrize("y", B) @parametrize("x", A) | @b or - | @a or -`)},
		{"on a class", head + "A = [param(1, marks=mark.a), 1]\n@mark.parametrize('x', A)\nclass TestC:\n  def test_a(self, x): pass\n",
			lines(`TestC::test_a @parametrize("x", A) | @a or -`)},
		{"conditional decorator", head + "@(mark.a if x else mark.b)\ndef test_a(x): pass\n", lines("test_a | @a or @b")},
		{"conditional alias", head + "try:\n  import q\n  m = mark.a\nexcept ImportError:\n  m = mark.skip\n@m\ndef test_a(): pass\n", lines("test_a | @a or @skip")},
		{"conditional alias, called", head + "if x:\n  m = mark.a\nelse:\n  m = mark.b\n@m('n')\ndef test_a(): pass\n", lines(`test_a | @a("n") or @b("n")`)},
	})
}

func TestFixtureAxes(t *testing.T) {
	head := "import pytest\nfrom pytest import mark, param, fixture\nP = [param(1, marks=mark.a), 2]\n"
	with := lines("test_a | @a or -")
	runCases(t, []scanCase{
		{"by parameter", head + "@fixture(params=P)\ndef fix(request): pass\ndef test_a(fix): pass\ndef test_b(): pass\n", lines("test_a | @a or -", "test_b")},
		{"through another fixture", head + "@fixture(params=P)\ndef base(request): pass\n@fixture\ndef fix(base): pass\ndef test_a(fix): pass\n", with},
		{"by another name", head + "@fixture(params=P, name='fix')\ndef _fix(request): pass\ndef test_a(fix): pass\n", with},
		{"not as a decorator", head + "def _fix(): pass\nfix = fixture(_fix, params=P)\ndef test_a(fix): pass\n", lines("test_a")},
		{"autouse", head + "@fixture(params=P, autouse=True)\ndef fix(request): pass\ndef test_a(): pass\n", with},
		{"usefixtures", head + "@fixture(params=P)\ndef fix(request): pass\n@mark.usefixtures('fix')\ndef test_a(): pass\n", lines(`test_a @usefixtures("fix") | @a or -`)},
		{"overridden by parametrize", head + "@fixture(params=P)\ndef fix(request): pass\n@mark.parametrize('fix, y', [])\ndef test_a(fix): pass\n", lines(`test_a @parametrize("fix, y", [])`)},
		{"overridden in a class", head + "@fixture(params=P)\ndef fix(request): pass\nclass TestC:\n  @fixture\n  def fix(self): pass\n  def test_a(self, fix): pass\n", lines("TestC::test_a")},
		{"of a base class", head + "class B:\n  @fixture(params=P)\n  def fix(self, request): pass\nclass TestC(B):\n  def test_a(self, fix): pass\n", lines("TestC::test_a | @a or -")},
		{"fixtures are no tests", head + "@pytest.fixture\ndef test_data(): pass\n@pytest_asyncio.fixture()\ndef test_more(): pass\n", ""},
		{"cycle", head + "@fixture(params=P)\ndef x(y): pass\n@fixture\ndef y(x): pass\ndef test_a(x): pass\n", with},
	})
}
