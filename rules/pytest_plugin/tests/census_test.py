"""census: which items no target runs, and what is said of them."""

from rules_xdist.census import explain, strays
from rules_xdist.selection import Selection
from rules_xdist.units import Collected

SELECTION = Selection(
    target="//t:test_a",
    dist="loadgroup",
    files=("t/test_a.py",),
    runs=("rest",),
    elsewhere={"group:db": frozenset({"t/test_a.py"})},
    config="",
)


def test_no_strays():
    tests = [Collected("t/test_a.py::x"), Collected("t/test_a.py::y", group="db")]
    assert strays(tests, SELECTION) == []


def test_groups_count_under_loadgroup_only():
    tests = [Collected("t/test_a.py::x", group="cache")]
    selection = Selection("//t:a", "load", ("t/test_a.py",), ("rest",), {}, "")
    assert strays(tests, selection) == []


def test_everything_is_explained_at_once():
    lost = strays(
        [
            Collected("t/test_b.py::z"),
            Collected("t/test_a.py::y", serial=True, group="db"),
            Collected("t/test_a.py::x", group='a "b"'),
            Collected("t/test_a.py::w"),
        ],
        SELECTION,
    )
    assert explain(lost, SELECTION).splitlines() == [
        "//t:test_a: 3 collected tests would run in no target:",
        r'  t/test_a.py::x: part "group:a \"b\"" is neither in runs nor in elsewhere',
        '  t/test_a.py::y: part "serial" is neither in runs nor in elsewhere',
        "  t/test_b.py::z: its file is not one of the target's",
        "Ways out:",
        "  t/test_b.py: run Gazelle, or add it to srcs of //t:test_a",
        r'  "group:a \"b\"": mark the tests in the source, where Gazelle sees it, '
        r'with @pytest.mark.xdist_group("a \"b\""), and run Gazelle',
        "  or, if no other file has tests of the same group, write in the BUILD file "
        r'of //t:test_a: runs = ["rest", "group:a \"b\""]',
        '  "serial": mark the tests in the source, where Gazelle sees it, '
        "with @pytest.mark.serial, and run Gazelle: they get a target of their own",
    ]


def test_the_rest_is_lost_when_the_marks_in_the_source_have_gone():
    selection = Selection("//t:a", "loadgroup", ("t.py",), ("serial",), {}, "")
    lost = strays([Collected("t.py::x")], selection)
    assert explain(lost, selection).splitlines() == [
        "//t:a: 1 collected test would run in no target:",
        '  t.py::x: part "rest" is neither in runs nor in elsewhere',
        "Ways out:",
        '  "rest": run Gazelle: these tests had other marks when it last ran',
    ]
