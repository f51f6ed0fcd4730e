"""census: which items no target runs, who says so, and what is said of them."""

from dataclasses import replace

import pytest

from rules_xdist import units
from rules_xdist.census import explain, is_stray, speaks_for
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


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Collected("t/test_a.py::x"), False),
        (Collected("t/test_a.py::y", group="db"), False),
        (Collected("t/test_a.py::y", group="cache"), True),
        (Collected("t/test_a.py::y", serial=True, group="db"), True),
        (Collected("t/test_b.py::x"), True),
    ],
)
def test_strays(test, expected):
    assert is_stray(test, SELECTION) is expected


def test_groups_count_under_loadgroup_only():
    selection = replace(SELECTION, dist="load", elsewhere={})
    assert not is_stray(Collected("t/test_a.py::x", group="cache"), selection)


@pytest.mark.parametrize(
    "parts",
    [
        [["rest"]],
        [["rest"], ["serial"], ["group:db", "group:a"]],
        [["serial"], ["group:a"]],
        [["rest+unit", "group:a"], ["rest+e2e"], ["serial+e2e"]],
        [["group:a", "rest+unit"], ["rest"]],
    ],
)
def test_one_of_the_targets_that_share_a_file_speaks_for_it(parts):
    file = "t/test_a.py"
    everything = [part for runs in parts for part in runs]
    speakers = [
        runs
        for runs in parts
        if speaks_for(
            replace(
                SELECTION,
                files=("t/other.py", file),
                runs=tuple(runs),
                elsewhere={
                    part: frozenset({file}) for part in everything if part not in runs
                }
                | {"group:0": frozenset({"t/other.py"})},
            ),
            file,
        )
    ]
    assert len(speakers) == 1
    if ["rest"] in parts:
        assert speakers == [["rest"]]


def explained(selection, *lost):
    """The explanations of all; the first line of each begins with its node id."""
    assert all(is_stray(test, selection) for test in lost)
    return [line for test in lost for line in explain(test, selection).split("\n")]


def test_each_stray_is_explained_with_the_ways_out():
    assert explained(
        SELECTION,
        Collected("t/test_b.py::z"),
        Collected("t/test_a.py::y", serial=True, group="db"),
        Collected("t/test_a.py::x", group='a "b"'),
        Collected("t/test_a.py::w", group="late"),
    ) == [
        "t/test_b.py::z: its file is not one of //t:test_a's: no target runs it.",
        "Way out:",
        "  run Gazelle, or add t/test_b.py to srcs of //t:test_a",
        't/test_a.py::y: part "serial" is neither in runs nor in elsewhere of //t:test_a: '
        "no target runs it.",
        "Way out:",
        "  mark the tests in the source, where Gazelle sees it, "
        "with @pytest.mark.serial, and run Gazelle: they get a target of their own",
        r't/test_a.py::x: part "group:a %22b%22" is neither in runs nor in elsewhere of '
        "//t:test_a: no target runs it.",
        "Ways out:",
        "  mark the tests in the source, where Gazelle sees it, "
        r'with @pytest.mark.xdist_group("a \"b\""), and run Gazelle',
        "  or, if no other file has tests of the same group, write in the BUILD file "
        "of //t: # gazelle:xdist_dynamic_groups test_a.py, and run Gazelle; "
        'where it makes no targets, add "other_groups" to runs of //t:test_a',
        't/test_a.py::w: part "group:late" is neither in runs nor in elsewhere of '
        "//t:test_a: no target runs it.",
        "Ways out:",
        "  mark the tests in the source, where Gazelle sees it, "
        'with @pytest.mark.xdist_group("late"), and run Gazelle',
        "  or, if no other file has tests of the same group, write in the BUILD file "
        "of //t: # gazelle:xdist_dynamic_groups test_a.py, and run Gazelle; "
        'where it makes no targets, add "other_groups" to runs of //t:test_a',
    ]


def test_the_rest_is_lost_when_the_marks_in_the_source_have_gone():
    selection = replace(SELECTION, runs=("serial",))
    assert explained(selection, Collected("t/test_a.py::x"))[1:] == [
        "Way out:",
        "  run Gazelle: these tests had other marks when it last ran",
    ]


def test_a_split_marker_that_a_hook_added():
    ways = explained(
        SELECTION,
        Collected("t/test_a.py::x", markers=("unit",)),
        Collected("t/test_a.py::y", group="db", markers=("unit",)),
        Collected("t/test_a.py::z", serial=True, markers=("e2e", "unit")),
    )
    assert [line for line in ways if line.startswith("  ")] == [
        "  mark the tests in the source, where Gazelle sees it, with "
        "@pytest.mark.unit, and run Gazelle",
        "  mark the tests in the source, where Gazelle sees it, with "
        '@pytest.mark.xdist_group("db") and @pytest.mark.unit, and run Gazelle',
        "  mark the tests in the source, where Gazelle sees it, with "
        "@pytest.mark.serial and @pytest.mark.e2e and @pytest.mark.unit, "
        "and run Gazelle: they get a target of their own",
    ]


def test_a_group_stays_with_the_file_where_some_tags_are_right_for_it():
    selection = replace(SELECTION, runs=("rest+unit",))
    ways = explained(
        selection,
        Collected("t/test_a.py::y", group="queue"),
        Collected("t/test_a.py::x", group="cache", markers=("unit",)),
    )
    assert ways[1] == "Ways out:"
    assert ways[-1] == (
        "  or, if no other file has tests of the same group, write in the BUILD file "
        "of //t: # gazelle:xdist_dynamic_groups test_a.py, and run Gazelle; "
        'where it makes no targets, add "other_groups+unit" to runs of //t:test_a'
    )


def test_groups_that_no_target_names():
    file = "t/test_a.py"
    ours = replace(SELECTION, runs=("rest", "other_groups"))
    others = replace(
        SELECTION,
        runs=("serial",),
        elsewhere={part: frozenset({file}) for part in ("rest", "other_groups")},
    )
    for test, here, elsewhere in (
        (Collected(f"{file}::a", group="late"), "HERE", "ELSEWHERE"),
        (Collected(f"{file}::a", group="db"), "ELSEWHERE", "ELSEWHERE"),
        (Collected(f"{file}::a"), "HERE", "ELSEWHERE"),
        (
            Collected(f"{file}::a", group="late", markers=("unit",)),
            "NOWHERE",
            "NOWHERE",
        ),
    ):
        part = units.part(test, "loadgroup")
        assert ours.place(file, part).name == here
        assert others.place(file, part).name == elsewhere
    assert ours.dynamic_groups(["a::b", "group:z", "group:late", "group:z"]) == [
        "group:late",
        "group:z",
    ]
    named = replace(SELECTION, runs=("group:a%2Bb+unit", "other_groups"))
    assert named.dynamic_groups(["group:a+b"]) == []


def test_marks_are_named_as_the_selection_has_them():
    markers = Markers(serial=("alone", "single_cpu"), group=("together",))
    selection = replace(SELECTION, markers=markers)
    ways = explained(
        selection,
        Collected("t/test_a.py::x", serial=True),
        Collected("t/test_a.py::y", group="cache"),
    )
    assert "@pytest.mark.alone, and run Gazelle" in ways[2]
    assert '@pytest.mark.together("cache")' in ways[5]


def test_a_group_whose_name_is_written_in_another_way_in_parts():
    lines = explained(SELECTION, Collected("t/test_a.py::x", group="a+b"))
    assert 'part "group:a%2Bb" is' in lines[0]
    assert '@pytest.mark.xdist_group("a+b")' in lines[2]
