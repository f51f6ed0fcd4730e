"""attempts: one case a test, however often a plugin runs it."""

import pytest

MODES = pytest.mark.parametrize(
    "env",
    [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}],
    ids=["plain", "boxed", "workers"],
)

# As pytest-rerunfailures reports an attempt that another follows.
RERUNS = """
import pytest
from _pytest.runner import runtestprotocol
from _pytest.subtests import failed_subtests_key

def pytest_runtest_protocol(item, nextitem):
    place = dict(nodeid=item.nodeid, location=item.location)
    item.ihook.pytest_runtest_logstart(**place)
    for last in (False, False, True):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            if report.failed and not last:
                report.outcome = "rerun"
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        if not any(report.outcome == "rerun" for report in reports):
            break
        if item.config.stash[failed_subtests_key].pop(item.nodeid, 0):
            # What the process has counted already.
            item.session.testsfailed = max(0, item.session.testsfailed - 1)
        item._initrequest()
    item.ihook.pytest_runtest_logfinish(**place)
    return True

def pytest_report_teststatus(report):
    return ("rerun", "R", "RERUN") if report.outcome == "rerun" else None
"""

# As flaky: it says nothing of it.
SILENT = """
import pytest
from _pytest import runner

def pytest_runtest_protocol(item, nextitem):
    failed = []
    def call_and_report(item, when, log=True, **how):
        report = original(item, when, log=False, **how)
        if report.failed:
            failed.append(report)
        if not report.failed or last:
            item.ihook.pytest_runtest_logreport(report=report)
        return report
    original = runner.call_and_report
    runner.call_and_report = call_and_report
    try:
        for last in (False, False, True):
            failed.clear()
            runner.pytest_runtest_protocol(item, nextitem)
            if not failed:
                break
            item._initrequest()
    finally:
        runner.call_and_report = original
    return True
"""


@MODES
@pytest.mark.parametrize("plugin", [RERUNS, SILENT], ids=["reruns", "silent"])
def test_one_case_with_the_last_outcome(target, plugin, env):
    target.write("conftest.py", plugin)
    target.write(
        "tests/test_a.py",
        """
        import pytest

        COUNT = {}

        def attempt(name):
            COUNT[name] = COUNT.get(name, 0) + 1
            return COUNT[name]

        @pytest.fixture
        def torn():
            yield
            assert attempt("torn") == 2, "tearing"

        def test_sound(): pass
        def test_shaky(): assert attempt("shaky") == 3
        def test_fails(): assert False, "ever"
        def test_torn(torn): pass
        """,
    )
    result = target.run(env=env)
    assert result.code == 1, result.output
    cases = {case.get("name"): case for case in result.cases}
    assert len(result.cases) == 4
    assert {name: said(case) for name, case in cases.items()} == {
        "test_sound": [],
        "test_shaky": ["flakyFailure", "flakyFailure"],
        "test_fails": ["failure", "rerunFailure", "rerunFailure"],
        "test_torn": ["flakyError"],
    }
    shaky = cases["test_shaky"].find("flakyFailure")
    assert shaky.get("message").startswith("AssertionError: assert 1 == 3")
    assert "attempt(" in shaky.findtext("stackTrace")


@pytest.mark.parametrize("env", [{}, {"RULES_XDIST_BOXED": "1"}])
def test_a_subtest_that_recovers_is_no_failure(target, env):
    target.write("conftest.py", RERUNS)
    target.write(
        "tests/test_a.py",
        """
        COUNT = []

        def test_recovers(subtests):
            COUNT.append(1)
            with subtests.test("one"):
                assert len(COUNT) == 2
            assert len(COUNT) == 2
        """,
    )
    result = target.run(env=env)
    (case,) = result.cases
    assert (result.code, case.find("failure")) == (0, None), result.output
    assert "flakyFailure" in said(case)


def said(case):
    outcomes = ("failure", "error", "rerun", "flaky")
    return [child.tag for child in case if child.tag.startswith(outcomes)]


def test_a_test_that_ends_its_process_does_not_run_again(target):
    target.write(
        "conftest.py",
        """
        def pytest_handlecrashitem(crashitem, report, sched):
            # As pytest-rerunfailures.
            try:
                sched.mark_test_pending(crashitem)
                report.outcome = "rerun"
            except NotImplementedError:
                report.outcome = "failed"
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        import os

        PATH = os.path.join(os.environ["TEST_TMPDIR"], "ran")

        def test_1(): pass
        def test_crashes_once():
            if not os.path.exists(PATH):
                open(PATH, "w").close()
                os._exit(3)
        def test_2(): pass
        """,
    )
    result = target.run(env={"RULES_XDIST_WORKERS": "2"})
    assert (result.code, len(result.cases)) == (1, 3), result.output
    assert result.outcomes["tests/test_a.py::test_crashes_once"] == "failure"


def test_what_a_plugin_reports_between_tests(target):
    target.write(
        "conftest.py",
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtestloop(session):
            result = yield
            for outcome in ("passed", "failed"):
                report = pytest.TestReport(
                    nodeid=f"extra::{outcome}", location=("extra", 1, "extra"),
                    keywords={}, outcome=outcome, longrepr="why", when="call",
                )
                session.config.hook.pytest_runtest_logreport(report=report)
            return result
        """,
    )
    target.write("tests/test_a.py", "def test_1(): pass\n")
    result = target.run()
    assert result.code == 1
    assert result.outcomes == {
        "tests/test_a.py::test_1": "passed",
        "extra::failed": "failure",
    }


def test_a_test_runs_within_another(target):
    target.write(
        "conftest.py",
        """
        def pytest_runtest_protocol(item, nextitem):
            if not hasattr(item, "inner"):
                item.inner = True
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
                return True
        """,
    )
    target.write("tests/test_a.py", "def test_1(): pass\n")
    result = target.run()
    assert (result.code, [*result.outcomes.values()]) == (0, ["passed"])
    assert len(result.cases) == 1
