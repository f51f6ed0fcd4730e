"""workers: pytest-xdist's processes within a shard."""

import os
import signal
import time
from collections import Counter

import pytest

pytest.importorskip("xdist")

TWO = {"RULES_XDIST_WORKERS": "2"}


def run(target, *args, **how):
    env = {**TWO, **how.pop("env", {})}
    return target.run(*args, env=env, **how)


def nodeids(*names):
    return {f"tests/test_a.py::{name}" for name in names}


def workers(run):
    """The worker of each test."""
    return {said["nodeid"]: said["worker_id"] for said in map(properties, run.cases)}


def properties(case):
    return {each.get("name"): each.get("value") for each in case.iter("property")}


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


MANY = """
    import os, pytest, time

    def note(text):
        with open(os.path.join(os.environ["TEST_TMPDIR"], "notes"), "a") as file:
            file.write(text + "\\n")

    @pytest.mark.parametrize("n", range(20))
    def test_many(n, worker_id, testrun_uid, xdist_slot):
        time.sleep(0.05)
        assert worker_id == os.environ["PYTEST_XDIST_WORKER"]
        assert testrun_uid == os.environ["PYTEST_XDIST_TESTRUNUID"]
        assert str(xdist_slot) == os.environ["RULES_XDIST_SLOT"]
        note(" ".join([worker_id, str(xdist_slot), str(os.getpid()),
                       os.environ["PYTEST_XDIST_WORKER_COUNT"]]))
"""


def test_each_test_once_in_processes_with_names_of_their_own(target):
    target.write("tests/test_a.py", MANY)
    results = [run(target, shard=(index, 2)) for index in range(2)]
    for result in results:
        assert result.code == 0, result.output
        assert "warning" not in result.output
    times = Counter(name for result in results for name in result.outcomes)
    assert times == {f"tests/test_a.py::test_many[{n}]": 1 for n in range(20)}
    notes = [line.split() for line in lines(target.tmpdir / "notes")]
    ids, _, pids, counts = map(set, zip(*notes, strict=True))
    assert len(ids) == len(pids) == 4, "two workers of two shards"
    assert counts == {"4"}
    first = {*workers(results[0]).values()}
    assert len({slot for worker, slot, _, _ in notes if worker in first}) == 2
    assert {*workers(results[0]).values()} | {*workers(results[1]).values()} == ids
    target.tmpdir.joinpath("notes").unlink()
    again = run(target, shard=(0, 2))
    assert {*workers(again).values()} == {*workers(results[0]).values()}, "for good"


GROUPS = """
    import os, pytest, time

    @pytest.mark.parametrize("n", range(4))
    @pytest.mark.parametrize("group", ["a", "b"])
    class TestGroups:
        def test_in(self, group, n):
            time.sleep(0.02)

    @pytest.mark.xdist_group("db")
    def test_db_1(): time.sleep(0.05)
    def test_free_1(): time.sleep(0.05)
    @pytest.mark.xdist_group("db")
    def test_db_2(): time.sleep(0.05)
    def test_free_2(): time.sleep(0.05)
    @pytest.mark.xdist_group("db")
    def test_db_3(): time.sleep(0.05)
"""


def test_groups_stay_together_and_node_ids_as_they_are(target):
    target.write("tests/test_a.py", GROUPS)
    target.select(runs=["rest", "group:db"])
    result = run(target, "-n", "7", "--dist=loadgroup")
    assert result.code == 0, result.output
    assert len(result.outcomes) == 13
    assert not [name for name in result.outcomes if "@" in name]
    of = workers(result)
    assert (
        len({of[name] for name in nodeids("test_db_1", "test_db_2", "test_db_3")}) == 1
    )
    assert len({*of.values()}) == 2


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile"])
def test_units_stay_together(target, dist):
    for letter in "abc":
        target.write(
            f"tests/test_{letter}.py",
            """
            import pytest, time

            class TestX:
                @pytest.mark.parametrize("n", range(3))
                def test(self, n): time.sleep(0.02)

            class TestY:
                @pytest.mark.parametrize("n", range(3))
                def test(self, n): time.sleep(0.02)
            """,
        )
    files = [f"tests/test_{letter}.py" for letter in "abc"]
    target.select(dist=dist, files=files)
    result = run(target)
    assert result.code == 0, result.output
    cut = {"load": None, "loadscope": 2, "loadfile": 1}[dist]
    units = {}
    for name, worker in workers(result).items():
        units.setdefault("::".join(name.split("::")[:cut]), set()).add(worker)
    assert len(result.outcomes) == 18
    assert {len(each) for each in units.values()} == {1}


@pytest.mark.parametrize("dist", ["load", "loadscope"])
@pytest.mark.parametrize(
    ("fatal", "message"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9 (SIGKILL)"),
        ("os._exit(0)", "exit code 0 before pytest's end, as by os._exit()"),
        ("sys.stdout.close()", "exit code 3 before pytest's end, as by os._exit()"),
    ],
)
def test_a_crash_takes_one_test_with_it(target, dist, fatal, message):
    target.write(
        "tests/test_a.py",
        f"""
        import os, pytest, signal, sys

        @pytest.mark.parametrize("n", range(12))
        def test_n(n):
            if n == 5:
                {fatal}

        @pytest.mark.parametrize("n", range(12))
        class TestX:
            def test_m(self, n): pass
        """,
    )
    target.select(dist=dist)
    result = run(target)
    assert result.code == 1, result.output
    failed = [name for name, how in result.outcomes.items() if how != "passed"]
    assert failed == ["tests/test_a.py::test_n[5]"], result.output
    assert len(result.cases) == len(result.outcomes) == 24
    (case,) = (each for each in result.cases if each.get("name") == "test_n[5]")
    assert case.find("failure").get("message") == message


def test_a_crash_in_the_collection(target):
    target.write("tests/test_a.py", "import os\nos._exit(3)\n")
    result = run(target)
    assert result.code == 1
    assert [case.get("name") for case in result.cases]
    assert {case.get("name") for case in result.cases} == {"(no test running)"}


def test_failures_and_what_the_report_has_of_them(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest, warnings

        def test_passes(record_property, record_testsuite_property):
            print("out")
            record_property("count", 7)
            record_testsuite_property("suite", "said")
        def test_fails(): assert 1 == 2, "two"
        def test_skips(): pytest.skip("reason")
        @pytest.mark.xfail(reason="known")
        def test_xfails(): assert False
        def test_warns(): warnings.warn("careful", UserWarning)
        """,
    )
    warned = target.tmpdir / "warned"
    result = run(target, env={"TEST_WARNINGS_OUTPUT_FILE": str(warned)})
    assert result.code == 1
    assert result.outcomes == {
        "tests/test_a.py::test_passes": "passed",
        "tests/test_a.py::test_fails": "failure",
        "tests/test_a.py::test_skips": "skipped",
        "tests/test_a.py::test_xfails": "xfailed",
        "tests/test_a.py::test_warns": "passed",
    }
    (case,) = (each for each in result.cases if each.get("name") == "test_passes")
    assert case.find("system-out").text == "out\n"
    assert (case.get("file"), case.get("line")) == ("tests/test_a.py", "4")
    assert "UserWarning: careful" in warned.read_text()
    assert 'name="suite" value="said"' in target.xml.read_text()
    assert "assert 1 == 2" in result.output


def test_exitfirst_ends_the_shard_soon(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest, time

        def test_fails(): assert False
        @pytest.mark.parametrize("n", range(100))
        def test_slow(n): time.sleep(0.1)
        """,
    )
    result = run(target, env={"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"})
    assert result.code == 1, result.output
    outcomes = Counter(result.outcomes.values())
    assert (outcomes["failure"], outcomes.total()) == (1, 101)
    assert outcomes["passed"] < 20, "the others never ran"


@pytest.mark.parametrize("dist", ["load", "loadfile"])
def test_the_filter_and_an_empty_shard(target, dist):
    target.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    target.select(dist=dist)
    result = run(target, env={"TESTBRIDGE_TEST_ONLY": "tests/test_a.py::test_2"})
    assert (result.code, {*result.outcomes}) == (0, nodeids("test_2")), result.output
    result = run(target, env={"TESTBRIDGE_TEST_ONLY": "test_3"})
    assert (result.code, result.outcomes) == (0, {}), result.output
    assert "--test_filter=test_3: takes none of this shard's tests" in result.output


def test_a_suite_that_takes_warnings_for_errors(target):
    """Also where pip has installed pytest-xdist: pytest then knows its modules, and warns
    of those that were imported before it could rewrite them."""
    target.write("tests/test_a.py", "def test_1(): pass\n")
    # Of a distribution with a plugin pytest takes all modules that are there; which
    # pytest-xdist is imported, PYTHONPATH says.
    folder = "site/watched-0.dist-info"
    target.write(f"{folder}/entry_points.txt", "[pytest11]\nwatched = watched\n")
    target.write(f"{folder}/METADATA", "Name: watched\nVersion: 0\n")
    target.write(f"{folder}/RECORD", "xdist/__init__.py,,\nwatched.py,,\n")
    target.write("site/watched.py", "")
    target.write("site/xdist/__init__.py", "")
    path = f"{target.environ()['PYTHONPATH']}{os.pathsep}{target.root}/site"
    result = run(target, "-W", "error", env={"PYTHONPATH": path})
    assert result.code == 0, result.output


def test_a_stray_fails_by_name_once(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        def test_1(): pass
        @pytest.mark.serial
        def test_2(): pass
        """,
    )
    result = run(target)
    assert result.code == 1
    assert result.outcomes == {
        "tests/test_a.py::test_1": "passed",
        "tests/test_a.py::test_2": "error",
    }
    assert result.output.count("1 collected test would run in no target") == 1


@pytest.mark.parametrize("to_group", [False, True])
def test_a_timeout_names_the_tests_and_shows_where_they_hang(target, to_group):
    target.write(
        "tests/test_a.py",
        """
        import pathlib, pytest, time

        @pytest.mark.parametrize("n", range(2))
        def test_hangs(n):
            pathlib.Path(f"hangs{n}").touch()
            time.sleep(60)
        """,
    )
    target.select(dist="load")
    process = target.start(env=TWO, start_new_session=True)
    for n in range(2):
        target.wait_for(f"hangs{n}")
    time.sleep(0.5)  # Until both are known to run.
    if to_group:
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    result = target.finish(process)
    assert result.code == 1
    assert [*result.outcomes.values()] == ["failure", "failure"]
    for case in result.cases:
        message = case.find("failure").get("message")
        assert message.startswith("killed by signal 15 (SIGTERM): the shard was")
    assert result.output.count("in test_hangs") == 2


def test_boxed_workers(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        KEPT = []

        @pytest.mark.parametrize("n", range(10))
        def test_n(n, record_testsuite_property):
            record_testsuite_property(f"n{n}", "said")
            KEPT.append(n)
            assert KEPT == [n]
            if n == 3:
                os._exit(3)
        """,
    )
    result = run(target, env={"RULES_XDIST_BOXED": "1"})
    assert result.code == 1, result.output
    failed = [name for name, how in result.outcomes.items() if how != "passed"]
    assert failed == ["tests/test_a.py::test_n[3]"]
    assert len({*workers(result).values()}) == 2
    assert 'name="n4" value="said"' in target.xml.read_text()


def test_two_tests_of_one_name_in_a_unit(target):
    target.write(
        "tests/test_a.py",
        "def test_1(): pass\n",
    )
    target.write(
        "conftest.py",
        "def pytest_collection_modifyitems(items): items += [*items]\n",
    )
    target.select(dist="loadfile")
    result = run(target)
    assert result.code == 4
    assert "must have different node ids: tests/test_a.py::test_1" in result.output


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("find", "workers = 2: pytest-xdist must be among the test's dependencies"),
        ("switch", "workers = 2: pytest-xdist is switched off"),
    ],
)
def test_without_pytest_xdist(target, how, message):
    target.write("tests/test_a.py", "def test_1(): pass\n")
    main = target.root / "main.py"
    main.write_text(
        "import sys\n"
        "from importlib import util\n"
        "find = util.find_spec\n"
        "if sys.argv[1:] != ['-p', 'no:xdist']:\n"
        "    util.find_spec = lambda name: None if name == 'xdist' else find(name)\n"
        "from rules_xdist.runner import main\n"
        "main()\n"
    )
    args = ["-p", "no:xdist"] if how == "switch" else []
    result = run(target, *args, main=str(main))
    assert result.code == 4, result.output
    assert message in result.output


def test_collect_only(target):
    target.write("tests/test_a.py", "def test_1(): pass\n")
    result = run(target, "--collect-only", "-q")
    assert (result.code, result.outcomes) == (0, {})
    assert "tests/test_a.py::test_1" in result.output


def test_the_controller_dies_while_several_tests_run(target):
    target.write(
        "conftest.py",
        """
        def pytest_runtest_logreport(report):
            if "breaks" in report.nodeid and report.when == "call":
                raise RuntimeError("a hook of the suite")
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        import os, pathlib, time

        BESIDE = pathlib.Path(os.environ["TEST_TMPDIR"], "beside")

        def test_breaks():
            while not BESIDE.exists():
                time.sleep(0.01)
        def test_beside():
            BESIDE.touch()
            time.sleep(2)
        def test_after(): pass
        """,
    )
    result = target.run(env={"RULES_XDIST_WORKERS": "2"})
    assert result.code == 1
    assert "what is left runs without workers" in result.output
    assert result.outcomes == {
        "tests/test_a.py::test_breaks": "failure",
        "tests/test_a.py::test_beside": "passed",
        "tests/test_a.py::test_after": "passed",
        f"{target.label} (no test running)": "error",
    }
