"""filter: --test_filter, by itself and in a shard."""

import pytest

from rules_xdist.filter import Filter, both


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Filter()),
        ("  ", Filter()),
        ("test_x and not slow", Filter("test_x and not slow")),
        ("a, b", Filter("a, b")),
        ("t/a.py", Filter(nodeids=("t/a.py",))),
        ("t/a.py::test_x", Filter(nodeids=("t/a.py::test_x",))),
        ("a.py::x,b.py::TestY::z", Filter(nodeids=("a.py::x", "b.py::TestY::z"))),
        ("a.py::x, b.py,", Filter(nodeids=("a.py::x", "b.py"))),
        ("a.py::x[1,2],a.py::y[b.c]", Filter(nodeids=("a.py::x[1,2]", "a.py::y[b.c]"))),
    ],
)
def test_parse(text, expected):
    assert Filter.parse(text) == expected


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("t/a.py", True),
        ("a.py", True),
        ("t/a.py::TestX", True),
        ("t/a.py::TestX::test_y", True),
        ("a.py::TestX::test_y[1]", True),
        ("t/a.py::TestX::test_y[2]", False),
        ("t/a.py::TestX::test", False),
        ("t/b.py", False),
        ("/a.py", False),
    ],
)
def test_takes(asked, taken):
    assert Filter(nodeids=(asked,)).takes("t/a.py::TestX::test_y[1]") == taken


def test_any_of_several():
    several = Filter(nodeids=("a.py", "b.py"))
    assert several.takes("b.py::x")
    assert str(several) == "a.py,b.py"


def test_both():
    assert both("", "x") == both("x", "") == "x"
    assert both("a or b", "c") == "(a or b) and (c)"


SUITE = """
    import pytest

    class TestX:
        def test_one(self): pass
        @pytest.mark.parametrize("n", [1, 2])
        def test_two(self, n): pass
    def test_three(): pass
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("two or three", ["TestX::test_two[1]", "TestX::test_two[2]", "test_three"]),
        ("tests/test_a.py::TestX::test_two[2]", ["TestX::test_two[2]"]),
        (
            "tests/test_a.py::test_three,test_a.py::TestX::test_one",
            ["TestX::test_one", "test_three"],
        ),
    ],
)
def test_shards_run_what_the_filter_takes(target, text, names):
    target.write("tests/test_a.py", SUITE)
    ran = []
    for index in range(2):
        run = target.run(shard=(index, 2), env={"TESTBRIDGE_TEST_ONLY": text})
        assert run.code == 0, run.output
        ran += run.outcomes
    assert sorted(ran) == [f"tests/test_a.py::{name}" for name in names]


@pytest.mark.parametrize("text", ["nonesuch", "tests/test_other.py::test_x"])
def test_a_filter_that_takes_nothing_passes_and_says_so(target, text):
    target.write("tests/test_a.py", SUITE)
    run = target.run(env={"TESTBRIDGE_TEST_ONLY": text})
    assert (run.code, run.cases) == (0, []), run.output
    said = f"rules_xdist: --test_filter={text}: takes none of this shard's tests"
    assert said in run.output.splitlines()


def test_a_malformed_expression_is_an_error(target):
    target.write("tests/test_a.py", SUITE)
    run = target.run(env={"TESTBRIDGE_TEST_ONLY": "one and and"})
    assert run.code == 4
    assert "Wrong expression passed to '-k': one and and:" in run.output


def test_the_filter_and_the_targets_own_expression_hold_both(target):
    target.write("tests/test_a.py", SUITE)
    run = target.run("-k", "not three", env={"TESTBRIDGE_TEST_ONLY": "three or one"})
    assert [*run.outcomes] == ["tests/test_a.py::TestX::test_one"]
