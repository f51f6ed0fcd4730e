"""pytest's hooks that tell the journal what happens while tests run."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Generator, Sequence

import pytest

from rules_xdist import flood
from rules_xdist.journal import Finished, Journal
from rules_xdist.verdict import INTERNAL_ERROR

# Of what a test prints, the report has so many characters from its begin and as many
# from its end. The log has all that failing tests print.
OUTPUT_LIMIT = 64 * 1024

# A failure's text is what people look for in a report: more room for it.
_TEXT_LIMIT = 8 * OUTPUT_LIMIT


class SuiteProperties:
    """pytest's fixture for properties of the shard, which go to `record`."""

    def __init__(self, record: Callable[[str, str], None]) -> None:
        self.record = record

    @pytest.fixture(scope="session")
    def record_testsuite_property(self) -> Callable[[str, object], None]:
        """Adds a property to the report of the shard."""
        return lambda name, value: self.record(str(name), str(value))


class RecordingPlugin:
    """Writes each test's start and end to the journal, as they happen."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Of the tests that run now: several where pytest-xdist runs them.
        self._reports: dict[str, list[pytest.TestReport]] = {}
        self._stdout_closed = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._journal.collected(_uncollected(report, "error", "collection failure"))
        elif report.skipped:
            why = _reason(report.longrepr)
            self._journal.collected(_uncollected(report, "skipped", why))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._reports[nodeid] = []
        self._journal.started(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.setdefault(report.nodeid, []).append(report)

    # These are last, so that pytest's capturing, which changes sys.stdout, is around them.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        with flood.bounded():
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        try:
            with flood.bounded():
                return (yield)
        finally:
            self._stdout_closed = sys.stdout.closed or sys.stderr.closed

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        with flood.bounded():
            return (yield)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if not self._journal.is_ours:
            # A test forked, and the copy of this process came out of it as well: it
            # would run the rest of the tests a second time.
            os._exit(1)
        if self._stdout_closed:
            # pytest captures with these very files: all further tests would fail.
            self._journal.ended(INTERNAL_ERROR)
            os._exit(INTERNAL_ERROR)
        self._journal.finished(finished(nodeid, self._reports.pop(nodeid, [])))

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        where = f"{warning_message.filename}:{warning_message.lineno}"
        text = f"{warning_message.category.__name__}: {warning_message.message}"
        self._journal.warned(f"{where}: {text}" + (f" ({nodeid})" if nodeid else ""))


def finished(nodeid: str, reports: Sequence[pytest.TestReport]) -> Finished:
    """What the reports of an item's phases say together."""
    outcome, message, text = _judge(reports)
    # Each report has the output of the phases before it, too.
    last = reports[-1] if reports else None
    return Finished(
        nodeid,
        outcome,
        sum(report.duration for report in reports),
        _shortened(message, _TEXT_LIMIT),
        _shortened(text, _TEXT_LIMIT),
        out=_shortened(last.capstdout, OUTPUT_LIMIT) if last else "",
        err=_shortened(last.capstderr, OUTPUT_LIMIT) if last else "",
        properties=_properties(reports),
    )


def _judge(reports: Sequence[pytest.TestReport]) -> tuple[str, str, str]:
    """An item's outcome, with a message and a text."""
    if failed := [report for report in reports if report.failed]:
        report = next((each for each in failed if each.when == "call"), failed[0])
        text = "\n\n".join(each.longreprtext for each in failed)
        if report.when == "call":
            return "failed", _message(report), text
        return "error", f"failed on {report.when} with {_message(report)!r}", text
    for report in reports:
        if hasattr(report, "wasxfail"):
            why = report.wasxfail.removeprefix("reason: ")
            return ("xfailed" if report.skipped else "xpassed"), why, ""
        if report.skipped:
            return "skipped", _reason(report.longrepr), _place(report.longrepr)
    return "passed", "", ""


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash else report.longreprtext


def _uncollected(report: pytest.CollectReport, outcome: str, why: str) -> Finished:
    return Finished(report.nodeid, outcome, message=why, text=report.longreprtext)


def _reason(longrepr: object) -> str:
    """Why something was skipped."""
    reason = str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)
    return reason.removeprefix("Skipped: ")


def _place(longrepr: object) -> str:
    if not isinstance(longrepr, tuple):
        return str(longrepr)
    file, line, _ = longrepr
    return f"{file}:{line}: {_reason(longrepr)}"


def _properties(reports: Sequence[pytest.TestReport]) -> tuple[tuple[str, str], ...]:
    """What record_property said; the last report has all of it. And which worker of
    pytest-xdist ran the test."""
    said = [*reports[-1].user_properties] if reports else []
    if reports and hasattr(reports[-1], "worker_id"):
        said.append(("worker_id", reports[-1].worker_id))
    return tuple((str(name), str(value)) for name, value in said)


def _shortened(text: str, limit: int) -> str:
    if len(text) <= 2 * limit:
        return text
    left_out = f"\n[... {len(text) - 2 * limit} characters left out ...]\n"
    return text[:limit] + left_out + text[-limit:]
