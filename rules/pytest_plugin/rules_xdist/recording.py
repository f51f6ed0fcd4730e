"""pytest's hooks that tell the journal what happens while tests run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules_xdist.journal import Finished, Journal


class RecordingPlugin:
    """Writes each test's start and end to the journal, as they happen."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reports: list[pytest.TestReport] = []

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._reports = []
        self._journal.started(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._journal.finished(finished(nodeid, self._reports))


def finished(nodeid: str, reports: Sequence[pytest.TestReport]) -> Finished:
    """What the reports of an item's phases say together."""
    duration = sum(report.duration for report in reports)
    failed = [report for report in reports if report.failed]
    skipped = [report for report in reports if report.skipped]
    if failed:
        report = next((each for each in failed if each.when == "call"), failed[0])
        outcome = "failed" if report.when == "call" else "error"
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else report.longreprtext
        return Finished(nodeid, outcome, duration, message, report.longreprtext)
    if skipped:
        return Finished(nodeid, *_why_skipped(skipped[0], duration))
    return Finished(nodeid, "passed", duration)


def _why_skipped(report: pytest.TestReport, duration: float) -> tuple[str, float, str]:
    if hasattr(report, "wasxfail"):
        return "xfailed", duration, report.wasxfail
    if isinstance(report.longrepr, tuple):
        return "skipped", duration, report.longrepr[2]
    return "skipped", duration, report.longreprtext
