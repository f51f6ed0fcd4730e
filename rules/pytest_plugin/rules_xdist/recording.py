"""pytest's hooks that tell the journal what happens while tests run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Sequence

import pytest

from rules_xdist import attempts
from rules_xdist.around import around_each_test
from rules_xdist.guard import Guard
from rules_xdist.journal import Attempt, Finished, Journal
from rules_xdist.originals import original
from rules_xdist.verdict import INTERNAL_ERROR

# Of what a test prints, the report has so many characters from its begin and as many
# from its end. The log has all that failing tests print.
OUTPUT_LIMIT = 64 * 1024

# A failure's text is what people look for in a report: more room for it.
_TEXT_LIMIT = 8 * OUTPUT_LIMIT

# Longer than any test.
_DAYS = 1e6


class SuiteProperties:
    """pytest's fixture for properties of the shard, which go to `record`."""

    def __init__(self, record: Callable[[str, str], None]) -> None:
        self.record = record

    @pytest.fixture(scope="session")
    def record_testsuite_property(self) -> Callable[[str, object], None]:
        """Adds a property to the report of the shard."""
        return lambda name, value: self.record(str(name), str(value))


class RecordingPlugin:
    """Writes to the journal what happens: reports, and what they say together.

    When a test begins and ends others say: TestsPlugin, or the controller of workers of
    pytest-xdist. What its tests report at once is told apart by its number for a test.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reports: dict[int | None, list[pytest.TestReport]] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._journal.collected(_uncollected(report, "error", "collection failure"))
        elif report.skipped:
            why = _reason(report.longrepr)
            self._journal.collected(_uncollected(report, "skipped", why))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        number = getattr(report, "item_index", None)
        self._reports.setdefault(number, []).append(report)

    def begin(self, nodeid: str) -> None:
        self._tell_between_tests()
        self._journal.started(nodeid)

    def end(self, nodeid: str, number: int | None = None) -> None:
        self._journal.finished(finished(nodeid, self._reports.pop(number, [])))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._tell_between_tests()

    def _tell_between_tests(self) -> None:
        """What a plugin reported while no test ran is a failure all the same."""
        for report in self._reports.pop(None, []):
            # The other is pytest-xdist's, of a crash, and told already.
            if report.failed and report.when != "???":
                self._journal.finished(finished(report.nodeid, [report]))

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        where = f"{warning_message.filename}:{warning_message.lineno}"
        text = f"{warning_message.category.__name__}: {warning_message.message}"
        self._journal.warned(f"{where}: {text}" + (f" ({nodeid})" if nodeid else ""))


class TestsPlugin:
    """Says when a test of this process begins and ends, whatever plugins do meanwhile."""

    def __init__(
        self, journal: Journal, recording: RecordingPlugin, guard: Guard
    ) -> None:
        self._journal = journal
        self._recording = recording
        self._guard = guard
        self._runs = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        around_each_test(session, self._run)
        return (yield)

    def _run(self, item: pytest.Item) -> Generator[None, object, object]:
        if self._runs:
            return (yield)  # In a box, or within another test: they say so.
        self._runs = True
        self._recording.begin(item.nodeid)
        result = yield
        self._runs = False
        manager = item.config.pluginmanager
        if self._guard.streams_closed or not manager.is_registered(self._recording):
            self._journal.ended(INTERNAL_ERROR)
            original.exit(INTERNAL_ERROR)
        self._recording.end(item.nodeid)
        return result


def finished(nodeid: str, reports: Sequence[pytest.TestReport]) -> Finished:
    """What the reports of an item's phases say together."""
    outcome, message, text = _judge(attempts.last(reports))
    # Each report has the output of the phases before it, too.
    last = reports[-1] if reports else None
    return Finished(
        nodeid,
        outcome,
        _seconds(reports),
        _shortened(message, _TEXT_LIMIT),
        _shortened(text, _TEXT_LIMIT),
        out=_shortened(last.capstdout, OUTPUT_LIMIT) if last else "",
        err=_shortened(last.capstderr, OUTPUT_LIMIT) if last else "",
        properties=_properties(reports),
        earlier=tuple(map(_short, attempts.earlier(reports))),
    )


def _judge(reports: Sequence[pytest.TestReport]) -> Attempt:
    """An item's outcome, with a message and a text."""
    if failed := [report for report in reports if report.failed]:
        report = next((each for each in failed if each.when == "call"), failed[0])
        text = "\n\n".join(each.longreprtext for each in failed)
        return attempts.failure(report)._replace(text=text)
    for report in reports:
        if hasattr(report, "context"):
            continue  # A subtest, which decides only if it fails.
        if hasattr(report, "wasxfail"):
            why = report.wasxfail.removeprefix("reason: ")
            return Attempt("xfailed" if report.skipped else "xpassed", why)
        if report.skipped:
            return Attempt("skipped", _reason(report.longrepr), _place(report.longrepr))
    return Attempt("passed")


def _seconds(reports: Sequence[pytest.TestReport]) -> float:
    """What a test took, all its attempts together."""
    seconds = sum(report.duration for report in reports)
    # A test's fake clock may say anything.
    return seconds if 0 <= seconds < _DAYS else 0.0


def _short(attempt: Attempt) -> Attempt:
    return Attempt(
        attempt.outcome,
        _shortened(attempt.message, _TEXT_LIMIT),
        _shortened(attempt.text, _TEXT_LIMIT),
    )


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
