"""plugin: which of a target's items a shard runs, under real pytest."""

import os
import subprocess
import sys

import pytest

SUITE = """
    import pytest

    @pytest.mark.parametrize("n", ["a", "b::c", "d/e"])
    def test_parametrised(n): pass

    class TestOne:
        def test_x(self): pass
        def test_y(self): pass
        @pytest.mark.xdist_group("db")
        def test_grouped(self): pass

    @pytest.mark.xdist_group(name="db")
    class TestTwo:
        def test_x(self): pass
        @pytest.mark.serial
        def test_y(self): pass

    @pytest.mark.xdist_group
    @pytest.mark.xdist_group("db")
    def test_two_marks(): pass
"""
REST = {
    "tests/test_a.py::test_parametrised[a]",
    "tests/test_a.py::test_parametrised[b::c]",
    "tests/test_a.py::test_parametrised[d/e]",
    "tests/test_a.py::TestOne::test_x",
    "tests/test_a.py::TestOne::test_y",
}
DB = {"tests/test_a.py::TestOne::test_grouped", "tests/test_a.py::TestTwo::test_x"}
SERIAL = {"tests/test_a.py::TestTwo::test_y"}
TWO_MARKS = {"tests/test_a.py::test_two_marks"}
ELSEWHERE_ALL = {
    part: ["tests/test_a.py"]
    for part in ("rest", "serial", "group:db", "group:db_default")
}
MODES = ["load", "loadscope", "loadfile", "loadgroup", "no"]


def elsewhere_but(*runs):
    return {part: of for part, of in ELSEWHERE_ALL.items() if part not in runs}


@pytest.fixture
def suite(target):
    target.write("tests/test_a.py", SUITE)
    target.write("tests/test_b.py", "def test_b(): pass")
    return target


@pytest.mark.parametrize("dist", MODES)
def test_shards_run_each_item_exactly_once(suite, dist):
    runs = ["rest", "serial"]
    if dist == "loadgroup":
        runs += ["group:db", "group:db_default"]
    suite.select(dist=dist, runs=runs, files=["tests/test_a.py", "tests/test_b.py"])
    shards = [suite.run(shard=(n, 3)) for n in range(3)]
    ran = [suite_of_one.outcomes for suite_of_one in map(keep, shards)]
    assert [run.code for run in shards] == [0, 0, 0]
    assert sorted(nodeid for items in ran for nodeid in items) == sorted(
        REST | DB | SERIAL | TWO_MARKS | {"tests/test_b.py::test_b"}
    )


def keep(run):
    return run


