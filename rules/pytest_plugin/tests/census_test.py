"""census: which items no target runs, and what is said of them."""

from dataclasses import replace

from rules_xdist.census import explain, strays
from rules_xdist.selection import Markers, Selection
from rules_xdist.units import Collected

MARKERS = Markers(serial=("serial",), group=("xdist_group",), split=("e2e", "unit"))
SELECTION = Selection(
    target="//t:test_a",
    dist="loadgroup",
    files=("t/test_a.py",),
    runs=("rest",),
    elsewhere={"group:db": frozenset({"t/test_a.py"})},
    markers=MARKERS,
    config="",
)


def test_no_strays():
    tests = [Collected("t/test_a.py::x"), Collected("t/test_a.py::y", group="db")]
    assert strays(tests, SELECTION) == []


def test_groups_count_under_loadgroup_only():
    tests = [Collected("t/test_a.py::x", group="cache")]
    selection = replace(SELECTION, dist="load", elsewhere={})
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
        r'  t/test_a.py::x: part "group:a %22b%22" is neither in runs nor in elsewhere',
        '  t/test_a.py::y: part "serial" is neither in runs nor in elsewhere',
        "  t/test_b.py::z: its file is not one of the target's",
        "Ways out:",
        "  t/test_b.py: run Gazelle, or add it to srcs of //t:test_a",
        r'  "group:a %22b%22": mark the tests in the source, where Gazelle sees it, '
        r'with @pytest.mark.xdist_group("a \"b\""), and run Gazelle',
        "  or, if no other file has tests of the same group, write in the BUILD file "
        r'of //t:test_a: runs = ["rest", "group:a %22b%22"]',
        '  "serial": mark the tests in the source, where Gazelle sees it, '
        "with @pytest.mark.serial, and run Gazelle: they get a target of their own",
    ]


def test_the_rest_is_lost_when_the_marks_in_the_source_have_gone():
    selection = replace(SELECTION, runs=("serial",))
    lost = strays([Collected("t/test_a.py::x")], selection)
    assert explain(lost, selection).splitlines() == [
        "//t:test_a: 1 collected test would run in no target:",
        '  t/test_a.py::x: part "rest" is neither in runs nor in elsewhere',
        "Ways out:",
        '  "rest": run Gazelle: these tests had other marks when it last ran',
    ]


def explained(selection, *lost):
    return explain(strays(lost, selection), selection).splitlines()[1:]


def test_a_split_marker_that_a_hook_added():
    assert explained(
        SELECTION,
        Collected("t/test_a.py::x", markers=("unit",)),
        Collected("t/test_a.py::y", group="db", markers=("unit",)),
        Collected("t/test_a.py::z", serial=True, markers=("e2e", "unit")),
    ) == [
        '  t/test_a.py::x: part "rest+unit" is neither in runs nor in elsewhere',
        '  t/test_a.py::y: part "group:db+unit" is neither in runs nor in elsewhere',
        '  t/test_a.py::z: part "serial+e2e+unit" is neither in runs nor in elsewhere',
        "Ways out:",
        '  "group:db+unit": mark the tests in the source, where Gazelle sees it, with '
        '@pytest.mark.xdist_group("db") and @pytest.mark.unit, and run Gazelle',
        '  "rest+unit": mark the tests in the source, where Gazelle sees it, with '
        "@pytest.mark.unit, and run Gazelle",
        '  "serial+e2e+unit": mark the tests in the source, where Gazelle sees it, with '
        "@pytest.mark.serial and @pytest.mark.e2e and @pytest.mark.unit, "
        "and run Gazelle: they get a target of their own",
    ]


def test_a_group_may_join_a_target_whose_tags_are_right_for_it():
    selection = replace(SELECTION, runs=("rest+unit",))
    assert explained(
        selection,
        Collected("t/test_a.py::x", group="cache", markers=("unit",)),
        Collected("t/test_a.py::y", group="queue"),
    )[-1] == (
        "  or, if no other file has tests of the same group, write in the BUILD file "
        'of //t:test_a: runs = ["rest+unit", "group:cache+unit"]'
    )


def test_marks_are_named_as_the_selection_has_them():
    markers = Markers(serial=("alone", "single_cpu"), group=("together",))
    selection = replace(SELECTION, markers=markers)
    ways = explained(
        selection,
        Collected("t/test_a.py::x", serial=True),
        Collected("t/test_a.py::y", group="cache"),
    )[3:]
    assert '@pytest.mark.together("cache")' in ways[0]
    assert "@pytest.mark.alone, and run Gazelle" in ways[2]


def test_a_group_whose_name_is_written_in_another_way_in_parts():
    lines = explained(SELECTION, Collected("t/test_a.py::x", group="a+b"))
    assert lines[2].startswith('  "group:a%2Bb": ')
    assert '@pytest.mark.xdist_group("a+b")' in lines[2]
