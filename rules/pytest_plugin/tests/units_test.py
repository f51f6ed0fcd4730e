"""units: parts and units by mode."""

import json
from pathlib import Path

import pytest

from rules_xdist.units import DISTS, Collected, base, is_part, part, scope, unit

VECTORS = Path(__file__).with_name("group_parts.json").read_text(encoding="utf-8")

METHOD = "t/test_a.py::TestX::test_y[1]"

# Serial wins over a group, and groups count under loadgroup only.
PARTS = [
    (Collected(METHOD), "rest", "rest"),
    (Collected(METHOD, group="db"), "group:db", "rest"),
    (Collected(METHOD, serial=True), "serial", "serial"),
    (Collected(METHOD, serial=True, group="db"), "serial", "serial"),
    (Collected(METHOD, group=""), "group:", "rest"),
    # Split markers by name, whatever else the part is.
    (Collected(METHOD, markers=("unit", "e2e")), "rest+e2e+unit", "rest+e2e+unit"),
    (Collected(METHOD, group="db", markers=("unit",)), "group:db+unit", "rest+unit"),
    (
        Collected(METHOD, serial=True, group="db", markers=("unit",)),
        "serial+unit",
        "serial+unit",
    ),
]


@pytest.mark.parametrize(("test", "under_loadgroup", "under_others"), PARTS)
def test_part(test, under_loadgroup, under_others):
    assert part(test, "loadgroup") == under_loadgroup
    for dist in {*DISTS} - {"loadgroup"}:
        assert part(test, dist) == under_others


@pytest.mark.parametrize(("name", "expected"), json.loads(VECTORS).items())
def test_part_of_a_group_of_any_name(name, expected):
    assert part(Collected(METHOD, group=name), "loadgroup") == expected
    marked = part(Collected(METHOD, group=name, markers=("unit",)), "loadgroup")
    assert is_part(marked)
    assert base(marked) == expected


@pytest.mark.parametrize(
    ("dist", "ungrouped", "grouped"),
    [
        ("load", METHOD, METHOD),
        ("loadscope", "t/test_a.py::TestX", "t/test_a.py::TestX"),
        ("loadfile", "t/test_a.py", "t/test_a.py"),
        ("loadgroup", METHOD, "group:db"),
        ("no", "everything", "everything"),
    ],
)
def test_unit(dist, ungrouped, grouped):
    assert unit(Collected(METHOD), dist) == ungrouped
    assert unit(Collected(METHOD, group="db"), dist) == grouped
    # A group stays whole where its tests differ in split markers.
    assert unit(Collected(METHOD, group="db", markers=("unit",)), dist) == grouped


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("test_a.py::test_x", "test_a.py"),
        ("test_a.py::TestX::test_y", "test_a.py::TestX"),
        ("test_a.py::TestX::TestY::test_z[a-b]", "test_a.py::TestX::TestY"),
        # Parameters do not count: pytest-xdist takes these out of their scope.
        ("test_a.py::test_x[a::b]", "test_a.py"),
        ("test_a.py::TestX::test_y[a::b[c]::d]", "test_a.py::TestX"),
        ("[x]/test_a.py::TestX::test_y", "[x]/test_a.py::TestX"),
        ("notes.txt::notes.txt", "notes.txt"),
        ("test_a.py", "test_a.py"),
    ],
)
def test_scope(nodeid, expected):
    assert scope(nodeid) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("rest", True),
        ("serial", True),
        ("group:db", True),
        ("group:a b/c@d]", True),
        ("rest+unit", True),
        ("serial+integration+unit", True),
        ("group:db+unit", True),
        ("rest+unit+integration", False),
        ("rest+unit+unit", False),
        ("rest+", False),
        ("rest+a-b", False),
        ("+unit", False),
        ("restful+unit", False),
        ("db", False),
        ("", False),
        (None, False),
        (["rest"], False),
    ],
)
def test_is_part(value, expected):
    assert is_part(value) is expected
