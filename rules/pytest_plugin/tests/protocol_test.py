"""protocol and scratch: what Bazel asks of a test besides running it."""

import os
import signal
import time

import pytest

from rules_xdist.scratch import Scratch


@pytest.fixture
def files(target):
    """The variables that name a file each, and these files."""
    names = (
        "TEST_PREMATURE_EXIT_FILE",
        "TEST_WARNINGS_OUTPUT_FILE",
        "TEST_INFRASTRUCTURE_FAILURE_FILE",
    )
    return {name: target.root.parent / name for name in names}


def environ(files):
    return {name: str(path) for name, path in files.items()}


def test_a_pass_leaves_no_files(target, files):
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_x():
            assert os.path.exists(os.environ["TEST_PREMATURE_EXIT_FILE"])
        """,
    )
    run = target.run(env=environ(files))
    assert run.code == 0, run.output
    assert [name for name, path in files.items() if path.exists()] == []


@pytest.mark.parametrize("fault", ["assert 0", "import os; os._exit(0)"])
def test_failures_of_tests_are_a_proper_end_and_nobody_elses_fault(
    target, files, fault
):
    target.write("tests/test_a.py", f"def test_x(): {fault}")
    assert target.run(env=environ(files)).code == 1
    assert [name for name, path in files.items() if path.exists()] == []


def test_a_runner_that_dies_leaves_the_premature_exit_file(target, files):
    target.write(
        "tests/test_a.py",
        """
        import os, signal, time

        def test_x():
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        """,
    )
    assert target.run(env=environ(files)).code == -signal.SIGKILL
    assert files["TEST_PREMATURE_EXIT_FILE"].exists()


def test_warnings_of_the_suite_reach_bazel_once(target, files):
    target.write(
        "tests/test_a.py",
        """
        import os, warnings

        def test_x(): warnings.warn("one\\nand a half ☃")
        def test_y(): os._exit(1)
        def test_z(): warnings.warn("two", DeprecationWarning)
        """,
    )
    target.run(env=environ(files))
    lines = files["TEST_WARNINGS_OUTPUT_FILE"].read_text(encoding="utf-8").splitlines()
    assert [line.partition("test_a.py")[2] for line in lines] == [
        ":4: UserWarning: one and a half ☃ (tests/test_a.py::test_x)",
        ":6: DeprecationWarning: two (tests/test_a.py::test_z)",
    ]


def test_a_broken_environment_is_the_infrastructures_fault(target, files):
    target.write("selection.json", "nonsense")
    assert target.run(env=environ(files)).code == 4
    who, what = files["TEST_INFRASTRUCTURE_FAILURE_FILE"].read_text().splitlines()
    assert who == "rules_xdist"
    assert what.startswith("selection.json:1: not JSON")
    assert not files["TEST_PREMATURE_EXIT_FILE"].exists()


def test_a_failure_of_the_runner_is_the_infrastructures_fault(target, files):
    target.write("tests/test_a.py", "def test_x(): pass")
    run = target.run(env=environ(files) | {"XML_OUTPUT_FILE": "/dev/null/folder/x.xml"})
    assert run.code == 3
    what = files["TEST_INFRASTRUCTURE_FAILURE_FILE"].read_text()
    assert "NotADirectoryError" in what


def test_run_number_and_seed_differ_for_tests_and_change_no_assignment(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pathlib, pytest

        @pytest.mark.parametrize("n", range(20))
        def test_x(n, worker_id):
            with open("said", "a") as said:
                print(os.environ["TEST_RANDOM_SEED"], worker_id, file=said)
        """,
    )
    runs = [
        target.run(shard=(1, 3), env={"TEST_RUN_NUMBER": n, "TEST_RANDOM_SEED": n})
        for n in "12"
    ]
    assert [*runs[0].outcomes] == [*runs[1].outcomes] != []
    said = {*(target.root / "said").read_text().splitlines()}
    assert [line.split()[0] for line in sorted(said)] == ["1", "2"]
    assert len({line.split()[1] for line in said}) == 2


def test_a_timeout_reports_what_finished_what_ran_and_what_never_did(target, files):
    target.write(
        "tests/test_a.py",
        """
        import pathlib, time

        def test_ran(): pass
        def test_hangs():
            pathlib.Path("here").touch()
            time.sleep(60)
        def test_left(): pass
        """,
    )
    process = target.start(env=environ(files), start_new_session=True)
    while not (target.root / "here").exists():
        time.sleep(0.05)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    run = target.finish(process)
    assert time.monotonic() - began < 14, "Bazel's grace is 15 s"
    assert run.code == 1
    assert run.outcomes == {
        "tests/test_a.py::test_ran": "passed",
        "tests/test_a.py::test_hangs": "failure",
        "tests/test_a.py::test_left": "error",
    }
    assert "in test_hangs" in run.output
    assert "test_hangs: was running when the test process ended" in run.output
    assert "1 of the tests never ran: the shard was told to end" in run.output
    assert not files["TEST_PREMATURE_EXIT_FILE"].exists()


@pytest.mark.parametrize(
    ("tmpdir", "wished", "path"),
    [
        ("", "", ""),
        ("", "/mine", "/mine"),
        ("/t", "", "/t"),
        ("/t", "/tmp", "/t"),
        ("/t", "/mine", "/mine"),
        ("/" + 80 * "t", "/mine", "/mine"),
    ],
)
def test_tmpdir(tmpdir, wished, path):
    scratch = Scratch.make(tmpdir, wished)
    assert scratch == Scratch(path)
    scratch.remove()


def test_a_short_tmpdir_instead_of_a_long_one():
    scratch = Scratch.make("/" + 80 * "t", "/tmp")
    assert len(scratch.path) < 20
    os.mkdir(scratch.path + "/x")
    scratch.remove()
    assert not os.path.exists(scratch.path)
