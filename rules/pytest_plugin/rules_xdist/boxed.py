"""Boxed tests: each in a process of its own, forked from the one that collected them.

What a test leaves behind in its process, or does to it, reaches no other: `boxed` of
py_xdist_test, pytest-xdist's former --boxed. All that pytest and its plugins would do for
a test happens in its process, from the setup of its fixtures of whatever scope to their
teardown; what they log there of it comes out and is logged here, in its order.

Not here: what the reports mean (recording), the process around all of them (process).
"""

from __future__ import annotations

import contextlib
import pickle
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest

from rules_xdist.around import around_each_test
from rules_xdist.guard import Guard
from rules_xdist.measuring import Measurement, Ran
from rules_xdist.originals import original
from rules_xdist.process import Watch
from rules_xdist.recording import SuiteProperties

_PLAIN = (str, int, float, bool, type(None))

_REPORT = "pytest_runtest_logreport"
_WARNING = "pytest_warning_recorded"

# The hooks by which a test's process tells of it.
_LOGGED = ("pytest_runtest_logstart", _REPORT, "pytest_runtest_logfinish", _WARNING)


@dataclass
class _Box:
    """What comes out of a test's process."""

    # The hooks that were called, with their arguments.
    logged: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
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

    def __init__(
        self, measurement: Measurement, properties: SuiteProperties, guard: Guard
    ) -> None:
        self._measurement = measurement
        self._properties = properties
        self._guard = guard
        self._in_box = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        if factory := getattr(session.config, "_tmp_path_factory", None):
            # The folder of this run's tests, or each process would make one.
            factory.getbasetemp()
        runner = _Runner(lambda: self._in_box)
        session.config.pluginmanager.register(runner)
        around_each_test(session, self._around)
        self._watch = Watch()
        # One for all: a test may remove the folder.
        with tempfile.TemporaryFile() as self._file:
            try:
                return (yield)
            finally:
                self._watch.close()

    def _around(self, item: pytest.Item) -> Generator[None, object, object]:
        if not self._in_box:
            self._run_boxed(item)
        return (yield)

    def _run_boxed(self, item: pytest.Item) -> None:
        start = time.perf_counter()
        self._clear()
        if self._watch.fork() == 0:
            self._run(item)
        box = self._received()
        seconds = time.perf_counter() - start
        # What the process wrote and did not read: else it would be the next test's.
        sections = _captured(item)
        if box.problem:
            box.logged = _crash(item, box.problem, seconds, sections)
        self._unpack(item, box)

    def _clear(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def _received(self) -> _Box:
        """What a test's process sends until its end."""
        ending = self._watch.wait()
        if self._watch.told_to_end:
            _end_like(ending.code)
        self._file.seek(0)
        content = self._file.read()
        if ending.code != 0 or not content:
            return _Box(problem=str(ending))
        return _Box(**pickle.loads(content))

    def _unpack(self, item: pytest.Item, box: _Box) -> None:
        """Makes happen here what happened in the test's process."""
        for name, value in box.properties:
            self._properties.record(name, value)
        if box.coverage:
            self._measurement.add(box.coverage)
        item.session.shouldfail = box.shouldfail or item.session.shouldfail
        item.session.shouldstop = box.shouldstop or item.session.shouldstop
        for hook, arguments in box.logged:
            _log(item, hook, arguments)
        if box.exit:
            pytest.exit(*box.exit)

    def _run(self, item: pytest.Item) -> NoReturn:
        """The whole life of a test's process."""
        code = 1
        try:
            self._in_box = True
            self._guard.move()
            content = _dumped(self._pack(item))
            self._clear()
            self._file.write(content)
            self._file.flush()
            code = 0
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            original.kill(original.getpid(), signal.SIGINT)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            original.exit(code)

    def _pack(self, item: pytest.Item) -> _Box:
        box = _Box()
        self._properties.record = lambda *pair: box.properties.append(pair)
        logged: list[tuple[str, Mapping[str, Any]]] = []

        def divert(
            hook: str, calls: list[object], arguments: Mapping[str, Any]
        ) -> None:
            if hook in _LOGGED:
                logged.append((hook, arguments))
                calls.clear()

        manager = item.config.pluginmanager
        stop_diverting = manager.add_hookcall_monitoring(divert, _do_nothing)
        try:
            # The next test will find nothing set up.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        except pytest.exit.Exception as asked:
            box.exit = (asked.msg, asked.returncode)
        stop_diverting()
        _supersede([each["report"] for hook, each in logged if hook == _REPORT])
        box.logged = [(hook, _data(item, hook, each)) for hook, each in logged]
        box.coverage = self._measurement.take()
        box.shouldfail = item.session.shouldfail
        box.shouldstop = item.session.shouldstop
        return box


class _Runner:
    """Of all that would run a test the first: outside of its box it has run already."""

    def __init__(self, is_box: Callable[[], bool]) -> None:
        self._is_box = is_box

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> bool | None:
        return None if self._is_box() else True


def _do_nothing(*arguments: object) -> None:
    pass


def _supersede(reports: Sequence[pytest.TestReport]) -> None:
    """A failure is none if a plugin ran the whole test again after it.

    A subtest's failure is reported before any plugin knows that.
    """
    setups = [at for at, report in enumerate(reports) if report.when == "setup"]
    for report in reports[: max(setups, default=0)]:
        if report.failed:
            # As pytest-rerunfailures says it.
            report.outcome = "rerun"  # type: ignore[assignment]


def _data(item: pytest.Item, hook: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A call's arguments, as they can be sent."""
    if hook == _REPORT:
        return {"report": _report_data(item, arguments["report"])}
    if hook == _WARNING:
        shown = arguments["warning_message"]
        kind = shown.category
        category = (kind.__module__, kind.__qualname__)
        message = (str(shown.message), category, shown.filename, shown.lineno)
        return {**arguments, "warning_message": message}
    return {**arguments}


def _log(item: pytest.Item, hook: str, data: dict[str, Any]) -> None:
    """Calls a hook as it was called in the test's process."""
    config = item.config
    if hook == _REPORT:
        from_data = config.hook.pytest_report_from_serializable
        report = from_data(config=config, data=data["report"])
        item.ihook.pytest_runtest_logreport(report=report)
    elif hook == _WARNING:
        message, category, file, line = data["warning_message"]
        shown = warnings.WarningMessage(message, _category(*category), file, line)
        call = {**data, "warning_message": shown}
        item.ihook.pytest_warning_recorded.call_historic(kwargs=call)
    else:
        getattr(item.ihook, hook)(**data)


def _category(module: str, name: str) -> type[Warning]:
    """A class of warnings, or at least one of its name."""
    found = getattr(sys.modules.get(module), name, None)
    if isinstance(found, type) and issubclass(found, Warning):
        return found
    return type(name, (Warning,), {"__module__": module})


def _report_data(item: pytest.Item, report: pytest.TestReport) -> dict[str, Any]:
    # As pytest's terminal does, which finds there that a subtest has failed.
    item.config.hook.pytest_report_teststatus(report=report, config=item.config)
    report.user_properties = [
        (name, value if isinstance(value, _PLAIN) else str(value))
        for name, value in report.user_properties
    ]
    return item.config.hook.pytest_report_to_serializable(
        config=item.config, report=report
    )


def _dumped(box: _Box) -> bytes:
    # Plain, so that no module has to be there any more.
    try:
        return original.to_pickle(box.__dict__)
    except Exception as error:
        problem = f"its report cannot be passed on: {error}"
        return original.to_pickle({"problem": problem})


def _captured(item: pytest.Item) -> list[tuple[str, str]]:
    """What is in the files of pytest's capturing, which all processes share."""
    capture = item.config.pluginmanager.getplugin("capturemanager")
    out, err = capture.read_global_capture() if capture else ("", "")
    sections = [("Captured stdout call", out), ("Captured stderr call", err)]
    return [(name, text) for name, text in sections if text]


def _crash(
    item: pytest.Item, cause: str, seconds: float, sections: list[tuple[str, str]]
) -> list[tuple[str, dict[str, Any]]]:
    """What is to be logged of a test whose process sent nothing."""
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={name: 1 for name in item.keywords},
        outcome="failed",
        longrepr=cause,
        when="call",
        sections=sections,
        duration=seconds,
    )
    of_test = {"nodeid": item.nodeid, "location": item.location}
    return [
        ("pytest_runtest_logstart", of_test),
        (_REPORT, {"report": _report_data(item, report)}),
        ("pytest_runtest_logfinish", of_test),
    ]


def _end_like(code: int) -> NoReturn:
    """Ends as the test did, when both were told to."""
    if code in (-signal.SIGTERM, -signal.SIGKILL):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        original.kill(original.getpid(), signal.SIGTERM)
    raise KeyboardInterrupt
