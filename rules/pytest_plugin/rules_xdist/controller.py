"""Several processes within a shard: pytest-xdist, which gives its workers their work.

`workers` of py_xdist_test. What stays together in a shard stays together in a worker. If
a worker dies, the others run what they have got, and then a new process, with new
workers, what is left: as in a shard that is one process. Not here: what a worker does
(worker), or what the reports of tests mean (recording).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from rules_xdist import standin, worker_api
from rules_xdist.handover import KEY, STACKS, STOP
from rules_xdist.journal import Journal, Planned
from rules_xdist.plugin import ShardPlugin
from rules_xdist.process import COURTESY_SECONDS, GRACE_SECONDS, Ending
from rules_xdist.recording import RecordingPlugin
from rules_xdist.settings import Settings
from rules_xdist.units import REST, base
from rules_xdist.verdict import FAILED, INTERRUPTED

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


class ControllerPlugin(ShardPlugin):
    """Has pytest-xdist run the shard's tests in its workers, which collect them.

    Only for --collect-only pytest itself collects here.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        recording: RecordingPlugin,
        ended: Counter[str],
    ) -> None:
        super().__init__(settings, journal.planned, 0, ended)
        self._journal = journal
        self._recording = recording
        self._nodeids: Sequence[str] = ()
        self._folder = Path(tempfile.mkdtemp(prefix="xdist"))
        self._pids: list[int] = []
        self._said: dict[str, Any] = {}
        self._units: dict[str, str] = {}
        self._lost: dict[WorkerController, str] = {}
        self._failures = 0
        self._stopped = False

    def exit_code(self, code: int) -> int:
        """pytest's exit code, as it would be without workers."""
        # pytest-xdist makes of --exitfirst an interruption.
        return FAILED if code == INTERRUPTED and self._stopped else code

    def decide_workers(self, options: argparse.Namespace) -> None:
        standin.start_workers(options, self._settings.workers)

    def join_workers(self, config: pytest.Config) -> None:
        """Only what they are to agree on: this process is their controller."""
        worker_api.settle_seed(config.option, self._settings.worker)

    def pytest_configure(self, config: pytest.Config) -> None:
        super().pytest_configure(config)
        if not config.pluginmanager.hasplugin("xdist"):
            raise pytest.UsageError(
                f"workers = {self._settings.workers}: pytest-xdist is switched off, as "
                "by -p no:xdist"
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        signal.signal(signal.SIGTERM, self._terminate)

    def pytest_report_header(self) -> str:
        return f"{super().pytest_report_header()}, {self._settings.workers} workers"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        settings = self._settings
        worker = settings.worker.process(len(self._pids), settings.workers)
        self._pids.append(node.gateway._rinfo().pid)
        node.workerinput.update(
            workerid=worker.id,
            workercount=worker.count,
            testrunuid=worker.testrun_uid,
        )
        node.workerinput[KEY] = {
            "folder": str(self._folder),
            "ended": dict(self._ended),
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(
        self, node: WorkerController, ids: Sequence[str]
    ) -> None:
        self._nodeids = ids
        path = self._folder / node.workerinput["workerid"]
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["wrong"]:
            raise pytest.UsageError(said["wrong"])
        if not self._said:
            self._said = said
            tests = [Planned(**test) for test in said["tests"]]
            self._units.update((test.nodeid, test.unit) for test in tests)
            if not _splits_into_tests(self._settings):
                _check_unique(test.nodeid for test in tests)
            self._journal.planned(
                tests, said["maxfail"], said["collected"], said["empty"]
            )

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        from rules_xdist import schedulers

        if _splits_into_tests(self._settings):
            scheduling = schedulers.ByTest(config, log)
        else:
            scheduling = schedulers.ByUnit(config, log, self._units)
        # pytest-xdist has no hooks for these.
        completed = scheduling.mark_test_complete

        def complete(node: WorkerController, number: int, duration: float = 0) -> None:
            self._recording.end(self._nodeids[number], number)
            completed(node, number, duration)

        scheduling.mark_test_complete = complete
        scheduling.mark_test_pending = _fail_for_good
        return scheduling

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._recording.begin(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        maxfail = self._said.get("maxfail", 0)
        self._failures += report.failed
        if 0 < maxfail <= self._failures:
            self._stopped = True
            (self._folder / STOP).touch()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: WorkerController, error: object) -> None:
        if error:
            self._lost[node] = _ending(node)
            return
        for name, value in node.workeroutput.get(KEY, {}).items():
            self._journal.recorded(name, value)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        cause = self._lost.pop(report.node)  # type: ignore[attr-defined]
        report.longrepr = cause
        self._journal.crashed(crashitem, cause)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        for cause in self._lost.values():
            self._journal.crashed("", cause)

    def pytest_unconfigure(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def summary(self) -> Iterator[str]:
        yield from super().summary()
        yield from self._said.get("summary", ())

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        """Ends the workers, which dump their stacks, and then this process."""
        # The parent sends another.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # As in process.Watch: the signal mostly has gone to all of the group.
        _wait_for(self._pids, COURTESY_SECONDS)
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        _wait_for(self._pids, GRACE_SECONDS / 2)
        for path in sorted(self._folder.glob(f"*{STACKS}")):
            print(f"rules_xdist: worker {path.stem}:", file=sys.stderr)
            print(path.read_text(errors="replace"), file=sys.stderr, flush=True)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)


def _fail_for_good(nodeid: str) -> None:
    """For pytest-rerunfailures: a test that ended its process does not run again."""
    raise NotImplementedError


def _splits_into_tests(settings: Settings) -> bool:
    """Whether no two tests of the shard need to stay together."""
    if settings.dist == "loadgroup" == settings.selection.dist:
        return all(base(part) == REST for part in settings.selection.runs)
    return settings.dist == "load"


def _check_unique(nodeids: Iterable[str]) -> None:
    """pytest-xdist would run one of several tests, and forget the others."""
    twice = [nodeid for nodeid, count in Counter(nodeids).items() if count > 1]
    if twice:
        raise pytest.UsageError(
            "workers: tests that are to stay together must have different node ids: "
            f"{', '.join(twice)}: give them other names, or say workers = 1"
        )


def _ending(node: WorkerController) -> str:
    """How a worker's process ended."""
    try:
        return str(Ending(node.gateway._io.popen.wait(timeout=1)))
    except (AttributeError, subprocess.TimeoutExpired):
        return "a worker of pytest-xdist died"


def _wait_for(pids: Collection[int], seconds: float) -> None:
    """Until these processes have ended, but no longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any([_runs(pid) for pid in pids]):
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
