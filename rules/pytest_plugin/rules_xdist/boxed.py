"""Boxed tests: each in a process of its own, forked from the one that collected them.

What a test leaves behind in its process, or does to it, reaches no other: `boxed` of
py_xdist_test, pytest-xdist's former --boxed. All that pytest would do for a test, from
the setup of its fixtures of whatever scope to their teardown, happens in its process.
Not here: what the reports mean (recording), the process around all of them (process).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn

import pytest
from _pytest.runner import runtestprotocol

from rules_xdist.measuring import Measurement, Ran
from rules_xdist.process import Watch
from rules_xdist.recording import SuiteProperties

_PLAIN = (str, int, float, bool, type(None))


@dataclass
class _Box:
    """What comes out of a test's process."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    # As warnings.showwarning takes them.
    warnings: list[tuple[str, type[Warning], str, int]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    coverage: Ran = field(default_factory=dict)
    shouldfail: bool | str = False
    shouldstop: bool | str = False
    # The arguments of pytest.exit, if the test called it.
    exit: tuple[str, int | None] | None = None
    # Why there is nothing else.
    problem: str = ""


class BoxPlugin:
    """Runs each test in a process of its own, one after the other."""

    def __init__(self, measurement: Measurement, properties: SuiteProperties) -> None:
        self._measurement = measurement
        self._properties = properties

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        if factory := getattr(session.config, "_tmp_path_factory", None):
            # The folder of this run's tests, or each process would make one.
            factory.getbasetemp()
        self._watch = Watch()
        try:
            return (yield)
        finally:
            self._watch.close()

    # Before pytest's own and those of plugins that run tests again.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item):
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _reports(self, item: pytest.Item) -> list[pytest.TestReport]:
        start = time.perf_counter()
        with tempfile.TemporaryFile() as file:
            if self._watch.fork() == 0:
                self._run(item, file)
            box = self._received(file)
        seconds = time.perf_counter() - start
        # What the process wrote and did not read: else it would be the next test's.
        sections = _captured(item)
        if box.problem:
            return [_crash(item, box.problem, seconds, sections)]
        return self._unpack(item, box)

    def _received(self, file: IO[bytes]) -> _Box:
        """What a test's process sends until its end."""
        try:
            ending = self._watch.wait()
        except pytest.fail.Exception as asked:
            # By a signal to this process, as pytest-timeout does it.
            self._watch.kill()
            return _Box(problem=str(asked))
        if self._watch.told_to_end:
            _end_like(ending.code)
        file.seek(0)
        content = file.read()
        if ending.code != 0 or not content:
            return _Box(problem=str(ending))
        return pickle.loads(content)

    def _unpack(self, item: pytest.Item, box: _Box) -> list[pytest.TestReport]:
        """Makes happen here what happened in the test's process."""
        for message, category, file, line in box.warnings:
            # pytest records what comes here, as that of this test.
            warnings.showwarning(message, category, file, line)
        for name, value in box.properties:
            self._properties.record(name, value)
        if box.coverage:
            self._measurement.add(box.coverage)
        item.session.shouldfail = box.shouldfail or item.session.shouldfail
        item.session.shouldstop = box.shouldstop or item.session.shouldstop
        if box.exit:
            pytest.exit(*box.exit)
        from_data = item.config.hook.pytest_report_from_serializable
        return [from_data(config=item.config, data=data) for data in box.reports]

    def _run(self, item: pytest.Item, file: IO[bytes]) -> NoReturn:
        """The whole life of a test's process."""
        pid = os.getpid()
        code = 1
        try:
            box = self._pack(item)
            # Not if this is a copy that the test forked and that came out of it.
            if os.getpid() == pid:
                file.write(_dumped(box))
                file.flush()
                code = 0
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _pack(self, item: pytest.Item) -> _Box:
        box = _Box()
        self._properties.record = lambda *pair: box.properties.append(pair)
        with warnings.catch_warnings(record=True) as caught:
            try:
                # The next test will find nothing set up.
                reports = runtestprotocol(item, log=False, nextitem=None)
            except pytest.exit.Exception as asked:
                box.exit = (asked.msg, asked.returncode)
                reports = []
        box.warnings = [
            (str(each.message), each.category, each.filename, each.lineno)
            for each in caught
        ]
        box.reports = [_data(item, report) for report in reports]
        box.coverage = self._measurement.take()
        box.shouldfail = item.session.shouldfail
        box.shouldstop = item.session.shouldstop
        return box


def _data(item: pytest.Item, report: pytest.TestReport) -> dict[str, Any]:
    report.user_properties = [
        (name, value if isinstance(value, _PLAIN) else str(value))
        for name, value in report.user_properties
    ]
    return item.config.hook.pytest_report_to_serializable(
        config=item.config, report=report
    )


def _dumped(box: _Box) -> bytes:
    try:
        return pickle.dumps(box)
    except Exception as error:
        return pickle.dumps(_Box(problem=f"its report cannot be passed on: {error}"))


def _captured(item: pytest.Item) -> list[tuple[str, str]]:
    """What is in the files of pytest's capturing, which all processes share."""
    capture = item.config.pluginmanager.getplugin("capturemanager")
    out, err = capture.read_global_capture() if capture else ("", "")
    sections = [("Captured stdout call", out), ("Captured stderr call", err)]
    return [(name, text) for name, text in sections if text]


def _crash(
    item: pytest.Item, cause: str, seconds: float, sections: list[tuple[str, str]]
) -> pytest.TestReport:
    """The report of a test whose process made none."""
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={name: 1 for name in item.keywords},
        outcome="failed",
        longrepr=cause,
        when="call",
        sections=sections,
        duration=seconds,
    )


def _end_like(code: int) -> NoReturn:
    """Ends as the test did, when both were told to."""
    if code in (-signal.SIGTERM, -signal.SIGKILL):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    raise KeyboardInterrupt
