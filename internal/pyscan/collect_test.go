package pyscan

import "testing"

func TestFunctions(t *testing.T) {
	runCases(t, []scanCase{
		{"names", "def test(): pass\ndef test_a(): pass\ndef testb(): pass\ndef _test(): pass\ndef helper(): pass\n", lines("test", "test_a", "testb")},
		{"async", "async def test_a(): pass\n", lines("test_a")},
		{"nested functions are no tests", "def test_a():\n  def test_b(): pass\n", lines("test_a")},
		{"the last definition counts", "import pytest\n@pytest.mark.a\ndef test_a(): pass\ndef test_a(): pass\n", lines("test_a")},
		{"deleted", "def test_a(): pass\ndel test_a\n", ""},
		{"overwritten", "def test_a(): pass\ntest_a = None\n", ""},
		{"alias", "def helper(): pass\ntest_a = helper\n", lines("test_a")},
		{"lambda", "test_a = lambda: None\n", lines("test_a")},
		{"__test__ of the module", "__test__ = False\ndef test_a(): pass\n", ""},
		{"__test__ of functions", "def test_a(): pass\ntest_a.__test__ = False\ndef b(): pass\nb.__test__ = True\n", lines("b")},
		{"istest, nottest", "from nose.tools import *\n@istest\ndef a(): pass\n@nottest\ndef test_b(): pass\n", lines("a")},
	})
}

func TestConditions(t *testing.T) {
	runCases(t, []scanCase{
		{"if and else", "if x:\n  def test_a(): pass\nelif y:\n  def test_b(): pass\nelse:\n  def test_c(): pass\n", lines("test_a", "test_b", "test_c")},
		{"both ways", "from pytest import mark\nif x:\n  @mark.a\n  def test_a(): pass\nelse:\n  def test_a(): pass\n", lines("test_a @a", "test_a")},
		{"replaced in one way", "from pytest import mark\n@mark.a\ndef test_a(): pass\nif x:\n  def test_a(): pass\n", lines("test_a", "test_a @a")},
		{"redefined within one way", "from pytest import mark\nif x:\n  @mark.a\n  def test_a(): pass\n  def test_a(): pass\n", lines("test_a")},
		{"maybe not", "if not x:\n  def test_a(): pass\nelse:\n  def test_b(): pass\n", lines("test_a", "test_b")},
		{"a loop over what is known", "for x in 1, 2:\n  if x == 1:\n    def test_a(): pass\n  else:\n    def test_b(): pass\n", lines("test_a", "test_b")},
		{"try", "try:\n  def test_a(): pass\nexcept E as e:\n  def test_b(): pass\nelse:\n  def test_c(): pass\nfinally:\n  def test_d(): pass\n", lines("test_a", "test_c", "test_b", "test_d")},
		{"with", "with a as b, (c) as d:\n  def test_a(): pass\n", lines("test_a")},
		{"with, parenthesized", "with (a as b, c as d,):\n  def test_a(): pass\n", lines("test_a")},
		{"loops", "for i in x:\n  def test_a(): pass\nwhile y:\n  def test_b(): pass\nelse:\n  def test_c(): pass\n", lines("test_a", "test_b", "test_c")},
		{"match", "match x:\n  case 1:\n    def test_a(): pass\n  case _ if y:\n    def test_b(): pass\n", lines("test_a", "test_b")},
		{"in a class", "class TestC:\n  if x:\n    def test_a(self): pass\n  else:\n    try:\n      def test_b(self): pass\n    finally: pass\n", lines("TestC::test_a", "TestC::test_b")},
		{"nested", "if x:\n  try:\n    with y:\n      def test_a(): pass\n  except E: pass\n", lines("test_a")},
		{"never: TYPE_CHECKING", "if TYPE_CHECKING:\n  def test_a(): pass\nelse:\n  def test_b(): pass\n", lines("test_b")},
		{"never: main", "if __name__ == '__main__':\n  def test_a(): pass\n", ""},
		{"never: False", "if False:\n  def test_a(): pass\nif 0:\n  def test_b(): pass\nif not True:\n  def test_c(): pass\n", ""},
		{"always: True", "if True:\n  def test_a(): pass\nelse:\n  def test_b(): pass\n", lines("test_a")},
		{"known constant", "X = False\nif X:\n  def test_a(): pass\n", ""},
		{"unknown constant", "X = False\ntry:\n  import y\n  X = True\nexcept ImportError: pass\nif X:\n  def test_a(): pass\n", lines("test_a")},
	})
}

func TestClasses(t *testing.T) {
	body := "\n  def test_a(self): pass\n"
	runCases(t, []scanCase{
		{"names", "class TestC:" + body + "class Testing:" + body + "class CTest:" + body + "class test_C:" + body, lines("TestC::test_a", "Testing::test_a")},
		{"nested", "class TestC:\n  class TestD:\n    def test_a(self): pass\n  class Other:\n    def test_b(self): pass\n", lines("TestC::TestD::test_a")},
		{"constructor", "class TestC:\n  def __init__(self): pass" + body + "class TestD(TestC): pass\nclass TestE:\n  def __new__(cls): pass" + body, ""},
		{"other constructors", "from dataclasses import dataclass\nfrom typing import NamedTuple\nimport enum\n@dataclass\nclass TestC:" + body + "@dataclass(frozen=True)\nclass TestD:" + body +
			"class TestE(NamedTuple):" + body + "class TestF(Exception):" + body + "class TestG(enum.Enum):" + body, ""},
		{"harmless bases", "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass TestC(object):" + body + "class TestD(Generic[T]):" + body + "class TestE[X]:" + body,
			lines("TestC::test_a", "TestD::test_a", "TestE::test_a")},
		{"kinds of methods", "class TestC:\n  @staticmethod\n  def test_a(): pass\n  @classmethod\n  def test_b(cls): pass\n  @property\n  def test_c(self): pass\n  test_d = 1\n  async def test_e(self): pass\n",
			lines("TestC::test_a", "TestC::test_b", "TestC::test_e")},
		{"__test__", "class TestC:\n  __test__ = False" + body + "class TestD(TestC): pass\nclass TestE(TestC):\n  __test__ = True\nclass F:\n  __test__ = True" + body,
			lines("TestE::test_a", "F::test_a")},
		{"__test__ set from outside", "class TestC:" + body + "TestC.__test__ = False\n", ""},
		{"abstract", "import abc\nclass TestC(abc.ABC):\n  @abc.abstractmethod\n  def make(self): pass" + body + "class TestD(TestC):\n  def make(self): pass\n", lines("TestD::test_a")},
		{"alias", "class C:" + body + "TestC = C\n", lines("TestC::test_a")},
		{"both ways", "if x:\n  class TestC:\n    def test_a(self): pass\nelse:\n  class TestC:\n    def test_b(self): pass\n", lines("TestC::test_a", "TestC::test_b")},
	})
}

func TestInheritance(t *testing.T) {
	head := "from pytest import mark\n"
	runCases(t, []scanCase{
		{"methods of bases first", head + "class Base:\n  def test_a(self): pass\nclass TestC(Base):\n  def test_b(self): pass\n", lines("TestC::test_a", "TestC::test_b")},
		{"base is a test class, too", head + "class TestB:\n  def test_a(self): pass\nclass TestC(TestB): pass\n", lines("TestB::test_a", "TestC::test_a")},
		{"override", head + "class B:\n  @mark.a\n  def test_a(self): pass\nclass TestC(B):\n  def test_a(self): pass\n", lines("TestC::test_a")},
		{"override with None", head + "class B:\n  def test_a(self): pass\nclass TestC(B):\n  test_a = None\n", ""},
		{"marks of bases and methods", head + "@mark.b\nclass B:\n  @mark.m\n  def test_a(self): pass\n@mark.c\nclass TestC(B):\n  def test_b(self): pass\n",
			lines("TestC::test_a @b @c @m", "TestC::test_b @b @c")},
		{"pytestmark of bases", head + "class B:\n  pytestmark = mark.b\nclass TestC(B):\n  pytestmark = [mark.c]\n  def test_a(self): pass\n", lines("TestC::test_a @b @c")},
		{"marks of the outer class", head + "@mark.o\nclass TestO:\n  @mark.i\n  class TestI:\n    def test_a(self): pass\n", lines("TestO::TestI::test_a @o @i")},
		{"nested class of a base", head + "class B:\n  class TestI:\n    def test_a(self): pass\nclass TestC(B): pass\n", lines("TestC::TestI::test_a")},
		{"diamond", head + "class A:\n  @mark.a\n  def test_x(self): pass\nclass B(A): pass\nclass C(A):\n  @mark.c\n  def test_x(self): pass\nclass TestD(B, C): pass\n", lines("TestD::test_x @c")},
		{"inconsistent order", head + "class A:\n  def test_x(self): pass\nclass B(A): pass\nclass TestC(A, B): pass\n", lines("TestC::test_x")},
		{"override in a branch not taken, maybe", head + "class B:\n  @mark.b\n  def test_x(self): pass\nclass TestC(B):\n  if y:\n    @mark.c\n    def test_x(self): pass\n", lines("TestC::test_x @c", "TestC::test_x @b")},
		{"base by an alias", head + "class A:\n  def test_x(self): pass\nBase = A\nclass TestC(Base): pass\n", lines("TestC::test_x")},
		{"generic base", head + "class A[T]:\n  def test_x(self): pass\nclass TestC(A[int]): pass\n", lines("TestC::test_x")},
		{"class names do not reach into methods' scope", head + "m = mark.a\nclass TestC:\n  m = mark.b\n  class TestD:\n    @m\n    def test_x(self): pass\n", lines("TestC::TestD::test_x @a")},
	})
}

func TestUnittest(t *testing.T) {
	body := "\n  def test_a(self): pass\n"
	runCases(t, []scanCase{
		{"whatever its name", "import unittest\nclass Things(unittest.TestCase):" + body, lines("Things::test_a")},
		{"imported names", "from unittest import TestCase as TC, IsolatedAsyncioTestCase\nfrom django.test import TestCase\nclass A(TC):" + body + "class B(IsolatedAsyncioTestCase):" + body + "class C(TestCase):" + body,
			lines("A::test_a", "B::test_a", "C::test_a")},
		{"through a base of this file", "import unittest\nclass Base(unittest.TestCase):" + body + "class Other(Base): pass\n", lines("Base::test_a", "Other::test_a")},
		{"a name ending so that is none", "class MyTestCase:\n  pass\nclass Other(MyTestCase):" + body, ""},
		{"constructor does not matter", "import unittest\nclass A(unittest.TestCase):\n  def __init__(self, m): pass" + body, lines("A::test_a")},
		{"runTest", "import unittest\nclass A(unittest.TestCase):\n  def runTest(self): pass\nclass B(A):" + body, lines("A::runTest", "B::test_a")},
		{"no nested classes", "import unittest\nclass A(unittest.TestCase):\n  class TestB:\n    def test_b(self): pass\n", ""},
		{"__test__", "import unittest\nclass A(unittest.TestCase):\n  __test__ = False" + body, ""},
		{"marks", "import unittest, pytest\n@pytest.mark.a\nclass A(unittest.TestCase):\n  @pytest.mark.b\n  def test_a(self): pass\n", lines("A::test_a @a @b")},
	})
}

func TestPresumed(t *testing.T) {
	body := "\n  def test_a(self): pass\n"
	runCases(t, []scanCase{
		{"imported base", "from base import Base\nfrom pytest import mark\n@mark.a\nclass TestC(Base):" + body, lines("TestC::test_a @a", "? TestC @a")},
		{"base of a framework's own tests", "from twisted.trial.test.packages import P\nclass Things(P):" + body + "from twisted.trial.unittest import TestCase\nclass A(TestCase):" + body, lines("? Things::test_a", "A::test_a")},
		{"imported base of a base", "import base\nclass B(base.B): pass\nclass TestC(B):" + body, lines("TestC::test_a", "? TestC")},
		{"imported base, name not Test*", "from base import Base\nclass Things(Base):" + body, lines("? Things::test_a")},
		{"imported test case", "from base import BaseTestCase\nclass Things(BaseTestCase):" + body, lines("Things::test_a", "? Things")},
		{"imported tests", "from base import test_a, TestB as TestC, TestD as _D, helper\nimport test_e\n", lines("? test_a", "? TestC")},
		{"imported from where no tests are", "from unittest import TestCase\n", ""},
		{"computed base", "class TestC(make()):" + body, lines("TestC::test_a", "? TestC")},
		{"any name after a star import", "from x import *\nclass TestC(Base):" + body, lines("TestC::test_a", "? TestC")},
	})
}

func TestOptions(t *testing.T) {
	const src = "import unittest\nfrom base import check_x, SuiteX, test_y\ndef test_a(): pass\ndef check_b(): pass\ndef a_check(): pass\n" +
		"class TestC:\n  def check_c(self): pass\nclass SuiteD:\n  def check_d(self): pass\n  def test_d(self): pass\n" +
		"class Unit(unittest.TestCase):\n  def test_e(self): pass\n  def check_e(self): pass\n"
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{}, lines("? test_y", "test_a", "Unit::test_e")},
		{Options{Functions: []string{"check"}}, lines("? check_x", "check_b", "TestC::check_c", "Unit::test_e")},
		{Options{Functions: []string{"*_check", "test"}}, lines("? test_y", "test_a", "a_check", "Unit::test_e")},
		{Options{Functions: []string{"[!t]?eck_[b-d]"}, Classes: []string{"Suite", "[unclosed"}}, lines("? SuiteX", "check_b", "SuiteD::check_d", "Unit::test_e")},
	} {
		f, err := c.options.Scan("test_x.py", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if got := dump(f); got != c.want {
			t.Errorf("%+v: got:\n%swant:\n%s", c.options, got, c.want)
		}
	}
}
