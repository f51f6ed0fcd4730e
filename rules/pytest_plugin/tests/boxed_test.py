"""boxed: each test in a process of its own, inside a shard."""

import os
import signal
from xml.etree import ElementTree

import pytest

BOXED = {"RULES_XDIST_BOXED": "1"}


def run(target, *args, **how):
    env = {**BOXED, **how.pop("env", {})}
    return target.run(*args, env=env, **how)


def nodeids(*names):
    return [f"tests/test_a.py::{name}" for name in names]


def case(run, name):
    (found,) = (each for each in run.cases if each.get("name") == name)
    return found


def test_nothing_leaks_into_another_test(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        KEPT = []
        PIDS = os.path.join(os.environ["TEST_TMPDIR"], "pids")

        @pytest.mark.parametrize("n", range(5))
        def test_alone(n):
            KEPT.append(n)
            assert KEPT == [n]
            assert "LEFT" not in os.environ
            os.environ["LEFT"] = "1"
            assert os.path.basename(os.getcwd()) == "runfiles"
            os.chdir("/")
            with open(PIDS, "a") as file:
                print(os.getpid(), file=file)
        """,
    )
    result = run(target)
    assert result.code == 0, result.output
    assert [*result.outcomes.values()] == ["passed"] * 5
    assert len({*(target.tmpdir / "pids").read_text().split()}) == 5


def test_wide_fixtures_are_each_tests_own(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pathlib, pytest

        LOG = pathlib.Path(os.environ["TEST_TMPDIR"], "log")

        def say(word):
            with LOG.open("a") as file:
                print(word, file=file)

        @pytest.fixture(scope="session")
        def wide():
            say("up")
            yield os.getpid()
            say("down")

        def test_one(wide):
            assert wide == os.getpid()

        def test_two(wide):
            assert wide == os.getpid()
        """,
    )
    assert run(target).code == 0
    log = (target.tmpdir / "log").read_text().split()
    assert log == ["up", "down", "up", "down"]


@pytest.mark.parametrize(
    ("fatal", "message"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "killed by signal 11 (SIGSEGV)"),
        ("os._exit(0)", "exit code 0 before pytest's end, as by os._exit()"),
        ("os._exit(3)", "exit code 3 before pytest's end, as by os._exit()"),
        ("sys.stdout.close()", "ValueError: I/O operation on closed file."),
    ],
)
def test_a_crash_is_its_tests_alone(target, fatal, message):
    target.write(
        "tests/test_a.py",
        f"""
        import os, signal, sys

        def test_before(): pass

        def test_dies():
            print("last words", flush=True)
            {fatal}

        def test_after():
            print("not the dead test's")
        """,
    )
    result = run(target)
    assert result.code == 1
    names = nodeids("test_before", "test_dies", "test_after")
    assert [*result.outcomes.items()] == [
        *zip(names, ["passed", "failure", "passed"], strict=True)
    ]
    dead = case(result, "test_dies")
    assert dead.find("failure").get("message") == message
    if "close" not in fatal:
        assert dead.find("system-out").text == "last words\n"
    after = case(result, "test_after")
    assert after.find("system-out").text == "not the dead test's\n"
    assert result.output.count("test session starts") == 1, "nothing is collected again"


def test_the_report_is_as_without(target):
    target.write("pytest.ini", "[pytest]\njunit_logging = all\n")
    target.write(
        "tests/test_a.py",
        """
        import pytest, sys, warnings

        @pytest.fixture
        def broken():
            yield
            raise OSError("teardown")

        def test_passes(record_property, record_testsuite_property):
            print("out"); print("err", file=sys.stderr)
            record_property("made", lambda: 1)
            record_property("count", 7)
            record_testsuite_property("suite", "said")
        def test_fails(): assert 1 == 2, "two"
        def test_breaks(broken): pass
        def test_skips(): pytest.skip("reason")
        @pytest.mark.xfail(reason="known")
        def test_xfails(): assert False
        @pytest.mark.xfail(reason="known")
        def test_xpasses(): pass
        def test_warns(): warnings.warn("careful", UserWarning)
        """,
    )
    warned = target.tmpdir / "warned"
    env = {"TEST_WARNINGS_OUTPUT_FILE": str(warned)}
    target.run(env=env)
    plain = shape(target), warned.read_text()
    warned.unlink()
    run(target, env=env)
    assert (shape(target), warned.read_text()) == plain
    assert (
        "test_a.py:21: UserWarning: careful (tests/test_a.py::test_warns)" in plain[1]
    )


def shape(target):
    """The report without times, and without places in memory."""
    text = target.xml.read_text()
    root = ElementTree.fromstring(text)
    for element in root.iter():
        element.attrib.pop("time", None)
        if element.get("name") == "made":
            element.set("value", "")
    return ElementTree.tostring(root)


def test_exitfirst(target):
    target.write(
        "tests/test_a.py",
        "def test_1(): assert False\ndef test_2(): pass\n",
    )
    result = run(target, env={"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"})
    assert (result.code, [*result.outcomes.values()]) == (1, ["failure", "skipped"])


def test_pytest_exit_ends_the_shard(target):
    target.write(
        "tests/test_a.py",
        "import pytest\ndef test_1(): pytest.exit('enough', 0)\ndef test_2(): pass\n",
    )
    result = run(target)
    assert result.code == 1
    assert result.outcomes["tests/test_a.py::test_1"] == "failure"
    assert "enough" in result.output


def test_a_session_that_a_test_stops(target):
    target.write(
        "tests/test_a.py",
        """
        def test_1(request): request.session.shouldstop = "enough"
        def test_2(): pass
        """,
    )
    result = run(target)
    assert result.outcomes["tests/test_a.py::test_1"] == "passed"
    assert result.outcomes["tests/test_a.py::test_2"] == "error"
    assert result.code == 2


def test_a_copy_that_comes_out_of_a_test(target):
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_forks(): os.fork()
        def test_after(): pass
        """,
    )
    result = run(target)
    assert (result.code, [*result.outcomes.values()]) == (0, ["passed", "passed"])


@pytest.mark.parametrize("to_group", [False, True])
def test_a_timeout_names_the_test_and_shows_where_it_hangs(target, to_group):
    target.write(
        "tests/test_a.py",
        """
        import pathlib, time

        def test_before(): pass
        def test_hangs():
            pathlib.Path("hangs").touch()
            time.sleep(60)
        def test_after(): pass
        """,
    )
    process = target.start(env=BOXED, start_new_session=True)
    target.wait_for("hangs")
    if to_group:
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    result = target.finish(process)
    assert result.code == 1
    assert [*result.outcomes.values()] == ["passed", "failure", "error"]
    hung = case(result, "test_hangs").find("failure")
    assert hung.get("message").startswith(
        "killed by signal 15 (SIGTERM): the shard was"
    )
    assert result.output.count("in test_hangs") == 1


def test_a_plugin_that_limits_a_tests_time(target):
    target.write(
        "conftest.py",
        """
        import pytest, signal

        def too_long(number, frame):
            pytest.fail("Timeout >0.3s")

        # As pytest-timeout does it.
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol():
            signal.signal(signal.SIGALRM, too_long)
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            try:
                return (yield)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        """,
    )
    target.write(
        "tests/test_a.py",
        "import time\ndef test_hangs(): time.sleep(60)\ndef test_after(): pass\n",
    )
    result = run(target)
    assert [*result.outcomes.values()] == ["failure", "passed"], result.output
    hung = case(result, "test_hangs").find("failure")
    assert hung.get("message") == "Failed: Timeout >0.3s"


def test_an_interrupt_ends_it(target):
    target.write(
        "tests/test_a.py",
        """
        import pathlib, time

        def test_hangs():
            pathlib.Path("hangs").touch()
            time.sleep(60)
        def test_after(): pass
        """,
    )
    process = target.start(env=BOXED, start_new_session=True)
    target.wait_for("hangs")
    process.send_signal(signal.SIGINT)
    result = target.finish(process)
    assert result.code == 2, result.output
    assert result.outcomes[nodeids("test_hangs")[0]] == "failure"


def test_temporary_folders_are_of_one_run(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pathlib

        def note(tmp_path):
            with open(os.path.join(os.environ["TEST_TMPDIR"], "roots"), "a") as file:
                print(tmp_path.parent, tmp_path.name, file=file)

        def test_1(tmp_path): note(tmp_path)
        def test_2(tmp_path): note(tmp_path)
        """,
    )
    assert run(target).code == 0
    lines = (target.tmpdir / "roots").read_text().splitlines()
    roots, names = zip(*(line.split() for line in lines), strict=True)
    assert (len({*roots}), len({*names})) == (1, 2)


def test_what_is_logged_in_the_process_comes_out_in_its_order(target):
    target.write(
        "conftest.py",
        """
        import os

        OUTSIDE = os.getpid()

        def say(*words):
            assert os.getpid() == OUTSIDE
            with open(os.path.join(os.environ["TEST_TMPDIR"], "log"), "a") as file:
                print(*words, file=file)

        def pytest_runtest_logstart(nodeid):
            say("start", nodeid.split("::")[1])
        def pytest_runtest_logreport(report):
            context = getattr(report, "context", None)
            say(report.when, report.outcome, context.msg if context else "")
        def pytest_runtest_logfinish(nodeid):
            say("finish")
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        import unittest

        def test_a(subtests):
            with subtests.test("one"): pass
            with subtests.test("two"): assert 1 == 2
        class TestU(unittest.TestCase):
            def test_u(self):
                for n in range(3):
                    with self.subTest(f"n{n}"): self.assertNotEqual(n, 1)
        """,
    )
    result = target.run()
    plain = (target.tmpdir / "log").read_text()
    (target.tmpdir / "log").unlink()
    boxed = run(target)
    assert (boxed.code, boxed.outcomes) == (result.code, result.outcomes)
    assert [*boxed.outcomes.values()] == ["failure", "failure"]
    assert (target.tmpdir / "log").read_text() == plain
    assert "call failed two" in plain


def test_a_test_that_removes_the_temporary_folder(target):
    target.write(
        "tests/test_a.py",
        """
        import os, shutil

        def test_removes(): shutil.rmtree(os.environ["TMPDIR"])
        def test_after(): pass
        """,
    )
    result = run(target)
    assert [*result.outcomes.values()] == ["passed", "passed"], result.output
