"""plugin: which of a target's items a shard runs, under real pytest."""

import os
import re
from xml.etree import ElementTree

import pytest

from rules_xdist.identity import Shard, Worker

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
    assert [run.code for run in shards] == [0, 0, 0]
    assert sorted(nodeid for run in shards for nodeid in run.outcomes) == sorted(
        REST | DB | SERIAL | TWO_MARKS | {"tests/test_b.py::test_b"}
    )
    sizes = [len(run.outcomes) for run in shards]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (["rest"], REST),
        (["serial"], SERIAL),
        (["group:db"], DB),
        (["rest", "group:db_default"], REST | TWO_MARKS),
    ],
)
def test_a_target_runs_its_own_parts(suite, runs, expected):
    suite.select(runs=runs, elsewhere=elsewhere_but(*runs))
    run = suite.run()
    assert (run.code, {*run.outcomes}) == (0, expected)
    assert f"{9 - len(expected)} deselected" in run.output


def test_a_group_stays_together(suite):
    runs = ["rest", "group:db"]
    suite.select(runs=runs, elsewhere=elsewhere_but(*runs))
    shards = [{*suite.run(shard=(n, 3)).outcomes} for n in range(3)]
    assert [DB <= shard for shard in shards].count(True) == 1
    assert [bool(DB & shard) for shard in shards].count(True) == 1


def test_the_mode_of_the_environment_cuts_units(suite):
    suite.select(runs=["rest"], elsewhere=elsewhere_but("rest"))
    shards = [
        {*suite.run(shard=(n, 2), env={"RULES_XDIST_DIST": "no"}).outcomes}
        for n in range(2)
    ]
    assert shards == [REST, set()]


def test_kept_items_keep_the_order_of_collection(suite):
    suite.select(runs=["rest"], elsewhere=elsewhere_but("rest"))
    assert [*suite.run().outcomes] == sorted(
        REST, key=lambda nodeid: ("TestOne" in nodeid, nodeid)
    )


def test_an_empty_shard_passes(suite):
    suite.select(dist="loadfile", runs=["rest", "serial"])
    run = suite.run(shard=(1, 2))
    assert (run.code, run.outcomes) == (0, {})
    assert "shard 2 of 2" in run.output
    assert "0 of 9 tests" in run.output


def test_what_a_shard_prints(suite):
    suite.select(dist="load", runs=["rest", "serial"])
    lines = suite.run(shard=(0, 2)).output.splitlines()
    worker = Worker.of(suite.label, Shard(0, 2), "1")
    title = f"rules_xdist: //tests:test_a shard 1 of 2 ({worker.id})"
    assert f"{title}, dist=load" in lines
    assert f"{title}: 5 of 9 tests, dist=load" in lines


MARKED_SUITE = """
    import pytest

    @pytest.mark.unit
    def test_unit(): pass

    @pytest.mark.alone
    @pytest.mark.unit
    def test_alone(): pass

    @pytest.mark.serial
    def test_serial_is_no_mark_of_ours(): pass

    @pytest.mark.together("a")
    @pytest.mark.xdist_group("b")
    class TestTogether:
        def test_x(self): pass
        @pytest.mark.slow
        @pytest.mark.unit
        def test_y(self): pass
"""
MARKERS = {
    "serial": ["alone"],
    "group": ["together", "xdist_group"],
    "split": ["slow", "unit"],
}
MARKED_PARTS = {
    "rest": {"test_serial_is_no_mark_of_ours"},
    "rest+unit": {"test_unit"},
    "serial+unit": {"test_alone"},
    "group:a_b": {"TestTogether::test_x"},
    "group:a_b+slow+unit": {"TestTogether::test_y"},
}


@pytest.mark.parametrize("part", MARKED_PARTS)
def test_the_selection_says_which_marks_mean_what(target, part):
    target.write("tests/test_a.py", MARKED_SUITE)
    others = {*MARKED_PARTS} - {part}
    target.select(
        markers=MARKERS,
        runs=[part],
        elsewhere={other: ["tests/test_a.py"] for other in others},
    )
    run = target.run()
    assert run.code == 0, run.output
    assert {*run.outcomes} == {
        f"tests/test_a.py::{name}" for name in MARKED_PARTS[part]
    }


def test_a_group_whose_tests_differ_in_split_markers_stays_together(target):
    target.write("tests/test_a.py", MARKED_SUITE)
    target.select(markers=MARKERS, runs=[*MARKED_PARTS])
    shards = [{*target.run(shard=(n, 5)).outcomes} for n in range(5)]
    assert sorted(map(len, shards)) == [0, 1, 1, 1, 2]


def test_a_strict_suite_declares_its_own_marks(target):
    target.write("pytest.ini", "[pytest]\naddopts = --strict-markers\n")
    target.write("tests/test_a.py", MARKED_SUITE)
    target.select(markers=MARKERS, runs=[*MARKED_PARTS], config="pytest.ini")
    run = target.run("-p", "no:xdist")
    assert run.code == 2
    assert "'unit' not found in `markers` configuration option" in run.output


@pytest.mark.parametrize("when", ["trylast=True", "wrapper=True"])
def test_a_hooks_mark_counts_however_late_it_comes(suite, when):
    suite.write(
        "tests/conftest.py",
        f"""
        import pytest

        @pytest.hookimpl({when})
        def pytest_collection_modifyitems(items):
            {"yield" if "wrapper" in when else "pass"}
            for item in items:
                item.add_marker(pytest.mark.xdist_group("late"))
        """,
    )
    suite.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass")
    suite.select(runs=["rest", "group:late"])
    assert [len(suite.run(shard=(n, 2)).outcomes) for n in range(2)] == [2, 0]


def test_filters_of_pytest_come_first(suite):
    suite.select(dist="load", runs=["rest", "serial"])
    shards = [suite.run("-k", "test_x", shard=(n, 2)).outcomes for n in range(2)]
    assert [[*shard] for shard in shards] == [
        ["tests/test_a.py::TestOne::test_x"],
        ["tests/test_a.py::TestTwo::test_x"],
    ]


def test_strict_suites_know_the_marks(suite):
    suite.write("pytest.ini", "[pytest]\naddopts = --strict-markers\n")
    suite.select(dist="load", runs=["rest", "serial"], config="pytest.ini")
    assert len(suite.run("-p", "no:xdist").outcomes) == 9


def test_a_strict_suite_without_a_cache(suite):
    suite.write(
        "pytest.ini",
        "[pytest]\naddopts = -p no:cacheprovider --strict-config -W error\n",
    )
    suite.select(dist="load", runs=["rest", "serial"], config="pytest.ini")
    run = suite.run()
    assert run.code == 0, run.output
    assert os.listdir(suite.tmpdir) == []


def test_a_weight_of_a_test_that_is_gone_costs_no_test(target):
    target.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    target.select(weights={"tests/test_a.py::test_0": 8, "tests/test_a.py::test_1": 8})
    run = target.run("-k", "test_2", env={"TESTBRIDGE_TEST_ONLY": "test_2"})
    assert run.code == 0, run.output
    said = [line for line in run.output.splitlines() if "weights:" in line]
    assert said == [
        "rules_xdist: weights: tests/test_a.py::test_0: no such test any more: take it "
        "out of the weights of //tests:test_a"
    ]


def test_a_shard_of_an_environment_is_called_by_its_own_name(target):
    target.write("tests/test_a.py", "def test_1(): pass\n")
    ids = set()
    for label in ("//tests:test_a_one", "//tests:test_a_two"):
        run = target.run(env={"TEST_TARGET": label})
        assert f"rules_xdist: {label} shard 1 of 1" in run.output
        report = target.xml.read_text()
        assert f'name="target" value="{label}"' in report
        ids |= {*re.findall(r'name="worker_id" value="(gw\d+)"', report)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("args", "hook", "why"),
    [
        ((), "items.clear()", "a hook deselected all 2 that pytest collected"),
        ((), "items.pop()", ""),
        (("-k", "nothing"), "pass", ""),
        (("-m", "nothing"), "pass", ""),
    ],
)
def test_a_target_without_tests_says_why(target, args, hook, why):
    target.write("conftest.py", f"def pytest_collection_modifyitems(items): {hook}")
    target.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    run = target.run(*args)
    assert run.code == 0, run.output
    said = f"rules_xdist: {target.label}: it has no tests: {why}\n"
    assert (said in run.output) == bool(why)
    suite = ElementTree.parse(target.xml).getroot().find("testsuite")
    properties = {each.get("name"): each.get("value") for each in suite[0]}
    assert properties.get("empty", "") == why


def test_a_target_whose_tests_all_skip_has_tests(target):
    target.write(
        "tests/test_a.py", "import pytest\npytest.skip('w', allow_module_level=True)\n"
    )
    run = target.run()
    assert (run.code, [*run.outcomes.values()]) == (0, ["skipped"])
