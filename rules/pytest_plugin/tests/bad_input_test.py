"""runner: suites that do what no suite should. No test of theirs is lost."""

import os
from xml.etree import ElementTree

import pytest

OTHERS = {"tests/test_a.py::test_first", "tests/test_a.py::test_last"}


def run_with(target, body, *args, setup="", **how):
    """Runs a suite with one bad test among two good ones."""
    target.write(
        "tests/test_a.py",
        f"""
        import os, sys, time, pytest
        {setup}

        def test_first(): print("first")
        def test_bad():
            {body}
        def test_last(): print("last")
        """,
    )
    return target.run(*args, **how)


def good(run):
    return {nodeid for nodeid, outcome in run.outcomes.items() if outcome == "passed"}


@pytest.mark.parametrize("index", range(3))
def test_parametrisation_over_a_set(target, index):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        @pytest.mark.parametrize("word", {f"word{n}" for n in range(30)})
        def test_x(word): pass
        """,
    )
    ran = []
    for shard in range(3):
        # Each shard with an order of its own.
        seed = {"PYTHONHASHSEED": str(100 * index + shard)}
        ran += target.run(shard=(shard, 3), env=seed).outcomes
    assert sorted(ran) == sorted(f"tests/test_a.py::test_x[word{n}]" for n in range(30))


def test_shards_that_collect_differently_say_so(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        @pytest.mark.parametrize("n", range(int(os.environ["TESTS"])))
        def test_x(n): pass
        """,
    )

    def collected(shard, tests):
        target.run(shard=(shard, 2), env={"TESTS": str(tests)})
        suite = ElementTree.parse(target.xml).getroot()[0]
        return {
            each.get("name"): each.get("value") for each in suite.find("properties")
        }["collected"]

    assert collected(0, 9) == collected(1, 9) != collected(1, 8)


def test_duplicate_node_ids_all_run_also_after_a_crash(target):
    target.write(
        "conftest.py",
        """
        import copy

        def pytest_collection_modifyitems(items):
            items[:] = [copy.copy(item) for item in items for _ in range(3)]
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_x():
            with open("runs", "a") as runs:
                runs.write("x")
            if os.path.getsize("runs") == 2:
                os._exit(1)
        """,
    )
    run = target.run()
    assert (target.root / "runs").read_text() == "xxx"
    outcomes = [case.find("failure") is not None for case in run.cases]
    assert outcomes == [False, True, False]


def test_a_conftest_that_raises(target):
    target.write("conftest.py", "raise ValueError('no')")
    run = run_with(target, "pass")
    assert run.code == 4
    assert "ValueError: no" in run.output
    assert run.outcomes == {"//tests:test_a (no test running)": "error"}


def test_a_plugin_that_prints_before_pytest_starts(target):
    target.write("loud.py", "import os\nprint('loud')\nos.write(2, b'louder')")
    path = target.environ()["PYTHONPATH"] + os.pathsep + str(target.root)
    run = run_with(target, "pass", "-p", "loud", env={"PYTHONPATH": path})
    assert (run.code, len(good(run))) == (0, 3), run.output


@pytest.mark.parametrize(
    "body",
    [
        "os.close(1)",
        "os.close(1); os.close(2)",
        "sys.stdout.close()",
        "os.closerange(0, 3)",
    ],
)
@pytest.mark.parametrize("args", [[], ["-s"], ["--capture=sys"]])
def test_a_test_that_closes_stdout(target, body, args):
    target.write("tests/test_a.py", CLOSING.format(body=body))
    run = target.run(*args)
    assert {*run.outcomes} == {*OTHERS, "tests/test_a.py::test_closes"}, run.output
    assert good(run) >= OTHERS, run.output


CLOSING = """
    import os, sys

    def test_first(): pass
    def test_closes(): {body}
    def test_last(): pass
"""


def test_tests_of_another_repository(target):
    """Bazel starts them in the main one's runfiles; they run in their own's."""
    target.write(
        "../other/tests/test_a.py",
        """
        from pathlib import Path

        def test_x(request):
            assert request.node.nodeid == "tests/test_a.py::test_x"
            assert Path("tests/test_a.py").samefile(__file__)
        """,
    )
    run = target.run(env={"RULES_XDIST_ROOT": "../other"})
    assert (run.code, len(good(run))) == (0, 1), run.output


def test_a_test_that_changes_directory_and_environment(target):
    away = "os.environ.clear(); os.chdir('/'); os.umask(0o777)"
    run = run_with(target, away)
    assert (run.code, len(good(run))) == (0, 3), run.output


def test_a_test_that_leaves_a_process_behind(target):
    leave = "os.fork() or (time.sleep(30), os._exit(0))"
    target.write("tests/test_a.py", CLOSING.format(body=leave).replace("sys", "time"))
    process = target.start()
    # Not until the end of its output, which the other process may still write.
    assert process.wait(timeout=25) == 0
    assert target.xml.read_text().count("<testcase") == 3
    process.stdout.close()


def test_a_test_whose_fork_comes_back_as_well(target):
    target.write(
        "tests/test_a.py",
        """
        import os

        def note(name):
            with open("runs", "a") as runs:
                print(name, file=runs)

        def test_first(): note("first")
        def test_forks():
            if copy := os.fork():
                os.waitpid(copy, 0)
            note("forks")
        def test_last(): note("last")
        """,
    )
    run = target.run()
    assert (run.code, len(good(run))) == (0, 3), run.output
    runs = (target.root / "runs").read_text().split()
    assert runs == ["first", "forks", "forks", "last"]


def test_a_test_that_reads_stdin(target):
    run = run_with(target, "assert sys.stdin.read() == ''")
    assert run.code == 1
    assert good(run) == OTHERS
    assert "reading from stdin" in run.output
    run = run_with(target, "assert sys.stdin.read() == ''", "-s")
    assert (run.code, len(good(run))) == (0, 3), run.output


@pytest.mark.parametrize("ending", ["pass", "assert 0"])
def test_a_test_that_writes_50_mb(target, ending):
    target.write(
        "tests/test_a.py",
        f"""
        def test_first(): pass
        def test_writes():
            for _ in range(50):
                print("x" * 1_000_000)
            {ending}
        def test_last(): pass
        """,
    )
    run = target.run()
    assert run.code == (0 if ending == "pass" else 1)
    assert good(run) >= OTHERS
    assert len(run.cases) == 3
    assert target.xml.stat().st_size < 1_000_000
    assert "characters left out" in target.xml.read_text()


def test_strange_node_ids(target):
    target.write(
        "tests/test_a.py",
        r"""
        import os, pytest, subprocess

        def test_first(): pass
        @pytest.mark.parametrize("text", ["x" * 65536, "a\\nb", "a::b[c]/d.py", "☃", ""])
        def test_x(text):
            subprocess.run(["true"], check=True)
            os._exit(1)
        def test_last(): pass
        """,
    )
    run = target.run()
    assert run.code == 1
    assert good(run) == OTHERS
    assert len(run.outcomes) == 7, [*run.outcomes]
    assert "tests/test_a.py::test_x[" + "x" * 65536 + "]" in run.outcomes


def test_a_node_id_with_a_newline(target):
    target.write(
        "conftest.py",
        r"""
        def pytest_collection_modifyitems(items):
            for item in items:
                item._nodeid += "[line\nline\t\x1b]"
        """,
    )
    target.write("tests/test_a.py", "def test_x(): pass")
    run = target.run()
    assert run.outcomes == {"tests/test_a.py::test_x[line\nline\t#x1B]": "passed"}


@pytest.mark.parametrize("how", ["PLAIN", "BOXED", "WORKERS"])
@pytest.mark.parametrize("skips", [["conftest.py"], ["__init__.py"]], ids=str)
@pytest.mark.parametrize("has", [[], ["conftest.py", "__init__.py"]], ids=str)
def test_a_folder_that_skips_itself_takes_no_neighbour_with_it(target, how, skips, has):
    if how == "WORKERS":
        pytest.importorskip("xdist")
    for name in has:
        target.write(f"tests/odd/{name}", "")
    for name in skips:
        target.write(
            f"tests/odd/{name}", "import pytest\npytest.importorskip('no_such_module')"
        )
    target.write("tests/odd/sub/test_b.py", "def test_b(): pass")
    target.write("tests/odd/test_a.py", "def test_a(): pass")
    # Options are those of a conftest.py that pytest loads before it collects.
    target.write(
        "tests/zone/conftest.py",
        "def pytest_addoption(parser): parser.addoption('--zone', default='here')",
    )
    target.write(
        "tests/zone/test_c.py",
        "def test_c(request): assert request.config.getoption('--zone') == 'here'",
    )
    files = ["tests/odd/sub/test_b.py", "tests/odd/test_a.py", "tests/zone/test_c.py"]
    target.select(files=files)
    run = target.run(env={f"RULES_XDIST_{how}": str(1 + (how == "WORKERS"))})
    assert run.code == 0, run.output
    assert good(run) == {"tests/zone/test_c.py::test_c"}, run.output
    skipped = {*run.outcomes.values()} - {"passed"}
    assert skipped == {"skipped"}
    assert "Traceback" not in run.output
