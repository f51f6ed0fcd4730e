"""The attempts of a test that a plugin runs again when it fails.

pytest-rerunfailures reports such an attempt as a `rerun`, flaky does not report it at
all. But pytest makes the reports of all attempts, and each attempt begins with a setup:
so every report is given here what failed before its own attempt. Reports carry it out of
the process of the test, where that is another (boxed, pytest-xdist).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest

from rules_xdist.journal import Attempt

# Of a report: the failures of the attempts before, as lists of an Attempt's fields.
_EARLIER = "rules_xdist_earlier"


class AttemptsPlugin:
    """Has to be in the process in which the tests run."""

    def __init__(self) -> None:
        self._earlier: list[list[str]] = []
        self._now: list[pytest.TestReport] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self._earlier, self._now = [], []
        return (yield)

    # Around the others, which may change the outcome.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "setup":
            self._earlier += [[*failure(each)] for each in self._now]
            self._now = []
        if report.failed:
            self._now.append(report)
        if self._earlier:
            setattr(report, _EARLIER, [*self._earlier])
        return report


def failure(report: pytest.TestReport) -> Attempt:
    """What a failed report says."""
    message = _message(report)
    if report.when == "call":
        return Attempt("failed", message, report.longreprtext)
    said = f"failed on {report.when} with {message!r}"
    return Attempt("error", said, report.longreprtext)


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash else report.longreprtext


def earlier(reports: Sequence[pytest.TestReport]) -> tuple[Attempt, ...]:
    """The failures of a test's attempts before the last one."""
    said = getattr(reports[-1], _EARLIER, []) if reports else []
    return tuple(Attempt(*fields) for fields in said)


def last(reports: Sequence[pytest.TestReport]) -> Sequence[pytest.TestReport]:
    """The reports of a test's last attempt."""
    starts = [at for at, report in enumerate(reports) if report.when == "setup"]
    return reports[starts[-1] :] if starts else reports
