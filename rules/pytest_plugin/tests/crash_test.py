"""runner: shards whose test process does not come to its proper end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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
    }
    assert message(run) == "killed by signal 9 (SIGKILL)"
    assert run.output.splitlines()[-2:] == [
        f"rules_xdist: {VICTIM}: was running when the test process ended: "
        "killed by signal 9 (SIGKILL)",
        "rules_xdist: 2 tests had finished, 1 never started",
    ]


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
    assert message(run) == "killed by signal 15 (SIGTERM)"
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


def test_sigterm_to_the_group_is_not_doubled_at_once(target):
    suite(
        target,
        """
            hits = []
            signal.signal(signal.SIGTERM, lambda *_: hits.append(1))
            os.killpg(os.getpgrp(), signal.SIGTERM)
            time.sleep(0.2)
            assert hits == [1]
        """,
    )
    run = target.finish(target.start(start_new_session=True))
    assert run.outcomes[VICTIM] == "passed"


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
    process = target.start()
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


STUBBORN = """
import os, signal, time
from rules_xdist import process

process.COURTESY_SECONDS = process.GRACE_SECONDS = 0.1
child = process.fork()
if child == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(0.5)  # Until the parent waits.
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(60)
print(process.wait(child))
"""


def test_a_child_that_ignores_sigterm_is_killed(plain_environ):
    run = subprocess.run(
        [sys.executable, "-c", STUBBORN],
        env=plain_environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout == "killed by signal 9 (SIGKILL)\n"
