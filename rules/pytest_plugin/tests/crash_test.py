"""runner: shards whose test process does not come to its proper end."""

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

VICTIM = "tests/test_a.py::test_victim"


def suite(target, fatal, setup=""):
    target.write(
        "tests/test_a.py",
        f"""
        import os, pathlib, signal, sys, time
        {setup}

        def test_before(): pass
        def test_fails(): assert 1 == 2, "two"
        def test_victim():
            pathlib.Path("pid").write_text(f"{{os.getpid()}}.")
            {fatal}
        def test_after(): pass
        """,
    )


def pid_of_running(target):
    """The process that runs the victim, once it does."""
    file = target.root / "pid"
    for _ in range(600):
        if file.exists() and file.read_text().endswith("."):
            return int(file.read_text()[:-1])
        time.sleep(0.05)
    raise AssertionError("the victim never ran")


def message(run):
    (case,) = (each for each in run.cases if "victim" in each.get("name"))
    return case.find("failure").get("message")


def test_killed_from_outside(target):
    suite(target, "time.sleep(60)")
    process = target.start()
    os.kill(pid_of_running(target), signal.SIGKILL)
    run = target.finish(process)
    assert run.code == 1
    assert run.outcomes == {
        "tests/test_a.py::test_before": "passed",
        "tests/test_a.py::test_fails": "failure",
        VICTIM: "failure",
        "tests/test_a.py::test_after": "passed",
    }
    assert message(run) == "killed by signal 9 (SIGKILL)"
    said = [
        line for line in run.output.splitlines() if line.startswith("rules_xdist: ")
    ]
    killed = "was running when the test process ended: killed by signal 9 (SIGKILL)"
    assert f"rules_xdist: {VICTIM}: {killed}" in said
    assert "rules_xdist: 2 tests had finished, 1 never started" in said
    assert "rules_xdist: a new process runs what is left" in said
    assert "rules_xdist: tests/test_a.py::test_fails: failed:" in said
    assert any(line.endswith("AssertionError: two") for line in said)


@pytest.mark.parametrize(
    ("fatal", "cause"),
    [
        ("os._exit(0)", "exit code 0 before pytest's end, as by os._exit()"),
        ("os._exit(7)", "exit code 7 before pytest's end, as by os._exit()"),
        ("os.abort()", "killed by signal 6 (SIGABRT)"),
        ("os.execvp('true', ['true'])", "exit code 0 before pytest's end"),
    ],
)
def test_a_test_ends_its_process(target, fatal, cause):
    suite(target, fatal)
    run = target.run()
    assert run.code == 1
    assert run.outcomes[VICTIM] == "failure"
    assert message(run).startswith(cause)
    assert f"{VICTIM}: was running when the test process ended: {cause}" in run.output


def test_a_crash_while_no_test_runs(target):
    suite(target, "pass", setup="os.kill(os.getpid(), signal.SIGKILL)")
    run = target.run()
    assert run.code == 1
    assert "no test was running when the test process ended: killed by" in run.output
    (case,) = run.cases
    assert case.get("classname") == target.label


def test_a_crash_after_the_last_test(target):
    suite(target, "pass", setup="import atexit; atexit.register(os.abort)")
    run = target.run()
    assert run.code == 1
    assert "no test was running when the test process ended: killed by" in run.output
    assert len(run.cases) == 5


def test_a_conftest_that_exits_is_no_pass(target):
    target.write("conftest.py", "import sys\nsys.exit(0)")
    suite(target, "pass")
    run = target.run()
    assert run.code == 1
    assert "exit code 0 before pytest's end" in run.output


def test_a_crash_by_hand_needs_no_report(target):
    suite(target, "os._exit(0)")
    run = target.run(env={"XML_OUTPUT_FILE": "", "TEST_TMPDIR": ""})
    assert (run.code, run.cases) == (1, [])
    assert f"{VICTIM}: was running" in run.output


def test_sigterm_shows_where_the_test_hangs(target):
    suite(target, "time.sleep(60)")
    process = target.start()
    pid_of_running(target)
    process.terminate()
    run = target.finish(process)
    assert run.code == 1
    why = "killed by signal 15 (SIGTERM): the shard was told to end, as by a timeout"
    assert message(run) == why
    assert '/tests/test_a.py", line 9 in test_victim' in run.output
    assert "in <module>" in run.output, "the dump is whole"


def test_sigterm_to_the_group_shows_it_too(target):
    suite(target, "time.sleep(60)")
    process = target.start(start_new_session=True)
    pid_of_running(target)
    os.killpg(process.pid, signal.SIGTERM)
    run = target.finish(process)
    assert (run.code, run.outcomes[VICTIM]) == (1, "failure")
    assert run.output.count("in test_victim") == 1
    assert "in <module>" in run.output, "the dump is whole"


def test_processes_that_tests_terminate_show_nothing(target):
    suite(
        target,
        """
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(writer, b"here")
                time.sleep(60)
            os.read(reader, 4)
            os.kill(child, signal.SIGTERM)
            _, status = os.waitpid(child, 0)
            assert os.WTERMSIG(status) == signal.SIGTERM
        """,
    )
    run = target.run()
    assert run.outcomes[VICTIM] == "passed"
    assert "most recent call first" not in run.output


def test_sigint_is_pytests_to_handle(target):
    suite(target, "time.sleep(60)")
    # Shells start what runs in the background with it ignored.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = target.start(preexec_fn=heed)
    pid_of_running(target)
    process.send_signal(signal.SIGINT)
    run = target.finish(process)
    assert run.code == 2
    assert "KeyboardInterrupt" in run.output
    assert "when the test process ended" not in run.output


@pytest.mark.skipif(sys.platform != "linux", reason="best effort elsewhere")
def test_the_child_does_not_outlive_its_parent(target):
    suite(target, "time.sleep(60)")
    process = target.start()
    child = pid_of_running(target)
    process.kill()
    process.communicate(timeout=60)
    for _ in range(100):
        if not lives(child):
            return
        time.sleep(0.05)
    raise AssertionError("the child lives")


def lives(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def watched(environ, source):
    """What a program prints that uses the process module."""
    run = subprocess.run(
        [sys.executable, "-c", dedent(source)],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    return run.stdout


def test_a_child_that_ignores_sigterm_is_killed(plain_environ):
    printed = watched(
        plain_environ,
        """
        import os, signal, time
        from rules_xdist import process

        process.COURTESY_SECONDS = process.GRACE_SECONDS = 0.1
        watch = process.Watch()
        if watch.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.kill(os.getppid(), signal.SIGTERM)
            time.sleep(60)
        print(watch.wait(), watch.told_to_end)
        """,
    )
    assert printed == "killed by signal 9 (SIGKILL) True\n"


def test_sigterm_to_the_group_is_not_doubled_at_once(plain_environ):
    printed = watched(
        plain_environ,
        """
        import os, signal, time
        from rules_xdist import process

        # However slow the machine: within this test the time does not come.
        process.COURTESY_SECONDS = 60
        watch = process.Watch()
        if watch.fork() == 0:
            hits = []
            signal.signal(signal.SIGTERM, lambda *_: hits.append(1))
            os.killpg(os.getpgrp(), signal.SIGTERM)
            time.sleep(0.5)
            os._exit(len(hits))
        print(watch.wait().code)
        """,
    )
    assert printed == "1\n"


def suite_of_crashes(target, *bodies):
    target.write(
        "tests/test_a.py",
        "import ctypes, os, signal, sys, threading\n\n"
        + "\n".join(f"def test_{n}():\n    {body}" for n, body in enumerate(bodies)),
    )


def outcomes(run):
    """In the order of the report, without what each test has in common."""
    return [(case.get("name"), case.find("failure") is not None) for case in run.cases]


RECURSION = "sys.setrecursionlimit(10**9); f = lambda n: [*map(f, [n])]; f(1)"


def test_the_rest_of_the_shard_runs_after_each_crash(target):
    suite_of_crashes(
        target,
        "pass",
        "ctypes.string_at(0)",
        "pass",
        "os._exit(0)",
        "os.kill(os.getpid(), signal.SIGKILL)",
        RECURSION,
        "pass",
    )
    run = target.run()
    assert run.code == 1
    assert outcomes(run) == [
        (f"test_{n}", crashes)
        for n, crashes in enumerate([False, True, False, True, True, True, False])
    ], run.output
    assert "all processes of this shard together: 3 passed, 4 failed" in run.output


def test_each_shard_goes_on_with_its_own_tests(target):
    suite_of_crashes(target, *["os._exit(1)", "pass"] * 5)
    runs = [target.run(shard=(index, 3)) for index in range(3)]
    names = [case.get("name") for run in runs for case in run.cases]
    assert sorted(names) == [f"test_{n}" for n in range(10)]


def test_order_is_kept_after_a_crash(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        @pytest.fixture(scope="module", params=["a", "b"])
        def resource(request):
            with open("order", "a") as order: order.write(f" {request.param}:")
            return request.param

        def note(text):
            with open("order", "a") as order: order.write(text)

        def test_1(resource): note("1")
        def test_2(resource):
            note("2")
            if resource == "a":
                os._exit(1)
        def test_3(resource): note("3")
        """,
    )
    target.run()
    assert (target.root / "order").read_text() == " a:12 a:3 b:123"


def test_the_number_of_crashes_is_bounded(target):
    suite_of_crashes(target, *["os._exit(1)"] * 30)
    run = target.run()
    assert run.code == 1
    assert len(run.cases) == 30
    never = [case.get("name") for case in run.cases if case.find("error") is not None]
    assert never == [f"test_{n}" for n in range(20, 30)]
    assert (
        "10 of the tests never ran: 20 processes of this shard had died" in run.output
    )


def test_a_crash_while_collecting_is_no_loop(target):
    suite(target, "pass", setup="os._exit(0)")
    run = target.run()
    assert run.output.count("when the test process ended") == 1


def test_a_fixture_of_the_session_that_crashes_is_no_endless_loop(target):
    target.write(
        "conftest.py",
        """
        import os, pytest

        @pytest.fixture(scope="session", autouse=True)
        def fatal(): os._exit(3)
        """,
    )
    suite(target, "pass")
    run = target.run()
    assert run.code == 1
    assert {*run.outcomes.values()} == {"failure"}
    assert len(run.cases) == 4


def test_a_crash_between_two_tests(target):
    target.write(
        "conftest.py",
        """
        import os

        def pytest_runtest_logfinish(nodeid):
            if nodeid.endswith("test_fails"):
                os._exit(1)
        """,
    )
    suite(target, "pass")
    run = target.run()
    assert run.code == 1
    names = [case.get("name") for case in run.cases]
    tests = ["test_before", "test_fails", "test_victim", "test_after"]
    # Which of the two plugins hears first of the end is pytest's to say.
    assert names in (tests, [*tests, "(no test running)"])


def test_an_internal_error_of_pytest_costs_one_test(target):
    target.write(
        "conftest.py",
        """
        def pytest_runtest_logreport(report):
            if report.nodeid.endswith("victim") and report.when == "call":
                raise ValueError("in a hook")
        """,
    )
    suite(target, "pass")
    run = target.run()
    assert run.code == 1
    assert run.outcomes[VICTIM] == "failure"
    assert run.outcomes["tests/test_a.py::test_after"] == "passed"
    assert (
        message(run)
        == "pytest could not go on: see the log, or whether it closes sys.stdout"
    )


@pytest.mark.parametrize("how", ["args", "environment"])
def test_fail_fast_counts_crashes(target, how):
    suite_of_crashes(target, "os._exit(1)", "pass")
    if how == "args":
        run = target.run("-x")
    else:
        run = target.run(env={"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"})
    assert run.code == 1
    assert "1 of the tests never ran: enough tests had failed" in run.output
    assert run.outcomes["tests/test_a.py::test_1"] == "skipped"


def test_a_test_that_ends_the_session_cannot_make_it_pass(target):
    suite_of_crashes(target, "import pytest; pytest.exit('enough', returncode=0)")
    run = target.run()
    assert (run.code, outcomes(run)) == (1, [("test_0", True)])


ENDERS = {
    "a test": "def pytest_runtest_call(item): pytest.exit('enough', returncode=0)",
    "between tests": "def pytest_runtest_logfinish(): pytest.exit('enough', returncode=0)",
    "before tests": "def pytest_runtestloop(): pytest.exit('enough', returncode=0)",
}


@pytest.mark.parametrize("when", ENDERS)
def test_tests_after_the_end_of_the_session_are_told(target, when):
    target.write("conftest.py", f"import pytest\n{ENDERS[when]}")
    suite_of_crashes(target, "pass", "pass", "pass")
    run = target.run()
    assert run.code == 1
    assert [*run.outcomes].count("tests/test_a.py::test_2") == 1
    assert run.outcomes["tests/test_a.py::test_2"] == "error"
    assert "of the tests never ran: pytest ended without it" in run.output


def test_a_file_that_cannot_be_collected_keeps_the_others_from_running(target):
    target.write("tests/test_b.py", "import nowhere")
    target.select(files=["tests/test_a.py", "tests/test_b.py"])
    suite_of_crashes(target, "pass", "pass")
    run = target.run()
    assert run.code == 2
    assert sorted(run.outcomes.values()) == ["error", "skipped", "skipped"]


def test_tests_that_are_only_to_be_collected_are_not_missed(target):
    suite_of_crashes(target, "pass")
    run = target.run("--collect-only")
    assert (run.code, run.cases) == (0, []), run.output
