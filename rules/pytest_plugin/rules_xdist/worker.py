"""A worker of pytest-xdist within a shard: what a shard's one process is otherwise.

A plugin by name (`-p rules_xdist.worker`), since the workers are new Python processes.
pytest in the process that gives them work loads it, too, where it does nothing. Not
here: which worker runs what (controller).
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from rules_xdist import measuring, slot
from rules_xdist.around import around_each_test
from rules_xdist.attempts import AttemptsPlugin
from rules_xdist.boxed import BoxPlugin
from rules_xdist.guard import Guard
from rules_xdist.handover import KEY, STACKS, STOP
from rules_xdist.identity import Worker
from rules_xdist.journal import Planned
from rules_xdist.originals import original
from rules_xdist.plugin import ShardPlugin
from rules_xdist.process import die_with, dump_stacks_on_sigterm
from rules_xdist.recording import SuiteProperties
from rules_xdist.settings import Settings
from rules_xdist.verdict import INTERNAL_ERROR


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    # pytest-xdist sets it before pytest starts in a worker.
    if worker := Worker.from_environ(os.environ):
        die_with(os.getppid())
        dump_stacks_on_sigterm()
        pluginmanager.register(WorkerPlugin(worker), "rules_xdist_worker")


class WorkerPlugin(ShardPlugin):
    """Collects what the shard is to run, and tells the controller of it."""

    def __init__(self, worker: Worker) -> None:
        settings = Settings.from_environ(os.environ)
        number, self._hold = slot.take()
        os.environ[slot.VARIABLE] = str(number)
        # Until here it kept the modules beside the tests from this process's start.
        os.environ.pop("PYTHONSAFEPATH", None)
        self._measurement = measuring.begin(settings.coverage)
        self._guard = Guard()
        self._pid = original.getpid()
        self._perf_counter = original.perf_counter
        self._said: dict[str, Any] = {
            "tests": [],
            "maxfail": 0,
            "collected": "",
            "empty": "",
            "wrong": "",
        }
        self._properties: dict[str, str] = {}
        super().__init__(settings, self._plan, number, Counter())
        self._worker = worker

    def _plan(
        self, tests: list[Planned], maxfail: int, collected: str, empty: str
    ) -> None:
        self._said["tests"] = [dataclasses.asdict(test) for test in tests]
        self._said["maxfail"] = maxfail
        self._said["collected"] = collected
        self._said["empty"] = empty

    def join_workers(self, config: pytest.Config) -> None:
        """Nothing: pytest-xdist has made this process a worker."""

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(
        self, config: pytest.Config
    ) -> Generator[None, object, object]:
        # With it pytest-xdist would add a test's group to its node id.
        config.option.loadgroup = False
        return (yield from super().pytest_cmdline_main(config))

    def pytest_configure(self, config: pytest.Config) -> None:
        super().pytest_configure(config)
        given = config.workerinput[KEY]  # type: ignore[attr-defined]
        self._folder = Path(given["folder"])
        self._stacks = open(self._folder / f"{self._worker.id}{STACKS}", "wb")
        dump_stacks_on_sigterm(self._stacks.fileno())
        self._ended.update(given["ended"])
        properties = SuiteProperties(self._record)
        config.pluginmanager.register(properties, "rules_xdist_properties")
        config.pluginmanager.register(self._guard, "rules_xdist_guard")
        config.pluginmanager.register(AttemptsPlugin(), "rules_xdist_attempts")
        if self._settings.boxed:
            box = BoxPlugin(self._measurement, properties, self._guard)
            config.pluginmanager.register(box, "rules_xdist_boxed")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        try:
            yield from super().pytest_collection_modifyitems(config, items)
        except pytest.UsageError as error:
            # Here it would look like a crash.
            self._said["wrong"] = str(error)
            items.clear()

    # Before pytest-xdist tells the controller that this worker has collected.
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        said = self._said | {"summary": [*self.summary()]}
        path = self._folder / self._worker.id
        path.write_text(json.dumps(said), encoding="utf-8")

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        _die_of(str(excrepr))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        around_each_test(session, self._around)
        return (yield)

    def _around(self, item: pytest.Item) -> Generator[None, object, object]:
        if original.getpid() != self._pid:
            return (yield)  # In a box.
        # pytest-xdist asks it before and after, whatever tests have made of it.
        time.perf_counter, ours = self._perf_counter, time.perf_counter
        result = yield
        self._perf_counter, time.perf_counter = time.perf_counter, ours
        # Before pytest-xdist tells the controller, to which this is a crash in the test.
        if self._guard.streams_closed:
            original.exit(INTERNAL_ERROR)
        if self._is_stopped():
            item.session.shouldstop = "enough tests have failed"
        return result

    def _record(self, name: str, value: str) -> None:
        self._properties[_sendable(name)] = _sendable(value)

    # What reports have may be anything; pytest-xdist sends only what is plain.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_to_serializable(self) -> Generator[None, object, object]:
        return _sendable((yield))

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        message = str(warning_message.message)
        if _sendable(message) != message:
            warning_message.message = _sendable(message)

    def _is_stopped(self) -> bool:
        try:
            original.stat(f"{self._folder}/{STOP}")
        except OSError:
            return False
        return True

    # After the fixtures of the session are torn down.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus == INTERNAL_ERROR:
            # pytest could not say so: a test has broken what shows a traceback, too.
            _die_of("an internal error of pytest, which it could not show")
        self._measurement.report(failed=exitstatus != 0)
        output = session.config.workeroutput  # type: ignore[attr-defined]
        output[KEY] = self._properties


def _die_of(error: str) -> NoReturn:
    """Ends this worker, as a crash: the controller would wait for what it was to run."""
    print(error, file=sys.__stderr__, flush=True)
    original.exit(INTERNAL_ERROR)


def _sendable(value: Any) -> Any:
    """A value as pytest-xdist can send it: plain, and its texts without surrogates."""
    if isinstance(value, str):
        return str(value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_sendable(key): _sendable(each) for key, each in value.items()}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(map(_sendable, value))
    if value is None or type(value) in (bool, int, float, bytes):
        return value
    return _sendable(str(value))
