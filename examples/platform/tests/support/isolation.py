"""The isolation that this suite relies on, made to fail loudly where it is missing.

Tests share one folder a test run and host: `Host`. What they keep there is safe because
of three rules, and whoever runs the suite must keep them: a group stays in one process,
a serial test runs alone, and no two processes have the same worker id. Each rule is
backed by a lock that nobody ever waits for: finding it taken is the failure.

This module does not decide which tests run where, and does not care who does.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest

# How long a serial test keeps still first, so that an intruder has time to show.
SERIAL_LULL_SECONDS = 0.1


class Host:
    """What this process shares with the other processes of its test run.

    Without a run id, traces of a process that has ended may be an earlier run's: then
    only processes that live at the same time count.
    """

    def __init__(self, folder: Path, worker_id: str, run_id: str = "") -> None:
        self.folder = folder
        self.worker_id = worker_id
        self._run_id = run_id
        self._groups: set[str] = set()
        self._until_exit = ExitStack()

    @contextmanager
    def joined(self) -> Iterator[Host]:
        """Hold this process's worker id, and the groups it will claim, to the end."""
        with self._until_exit:
            self._until_exit.enter_context(
                locked(
                    self._lock_file("workers", self.worker_id),
                    fcntl.LOCK_EX,
                    f"worker_id {self.worker_id!r}: a process that runs now has it too;"
                    f" each process that uses {self.folder} needs its own",
                )
            )
            yield self

    def own_folder(self) -> Path:
        """A folder for this process alone, if its worker id is its own."""
        folder = self.folder / "processes" / quote(self.worker_id, safe="")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def claim(self, group: str) -> None:
        """Make this the process that runs the group, for the rest of the run."""
        if group in self._groups:
            return
        split = f"group {group!r}: split, process {self.worker_id!r} runs some of it"
        with ExitStack() as undo:
            path = self._lock_file("groups", group)
            file = undo.enter_context(
                locked(path, fcntl.LOCK_EX, f"{split}, a living process the rest")
            )
            run_id, _, holder = file.read().partition(" ")
            # The same worker again is a retry of the whole group, not a split.
            if self._run_id and run_id == self._run_id and holder != self.worker_id:
                pytest.fail(f"{split}, {holder!r} ran the rest", pytrace=False)
            file.truncate(0)
            file.write(f"{self._run_id} {self.worker_id}")
            file.flush()
            self._groups.add(group)
            self._until_exit.push(undo.pop_all())

    @contextmanager
    def alone(self, test: str) -> Iterator[None]:
        """Run a serial test: no other test of this run may be under way."""
        broken = f"{test}: serial test overlaps a test of another process"
        with locked(self.folder / "running.lock", fcntl.LOCK_EX, broken):
            time.sleep(SERIAL_LULL_SECONDS)
            yield

    @contextmanager
    def among_others(self, test: str) -> Iterator[None]:
        """Run an ordinary test: others may be under way, but no serial one."""
        broken = f"{test}: overlaps a serial test of another process"
        with locked(self.folder / "running.lock", fcntl.LOCK_SH, broken):
            yield

    def _lock_file(self, kind: str, name: str) -> Path:
        return self.folder / kind / f"{quote(name, safe='')}.lock"


def host_of_run(config: pytest.Config, base: Path, worker_id: str) -> Host:
    """The folder to share: the one that the environment names, else pytest's own.

    Below pytest's base folder the workers of pytest-xdist have one each, side by side.
    Any other process can only know its own, and shares nothing unless it is told where.
    """
    named = os.environ.get("PLATFORM_STATE_DIR")
    if named:
        return Host(Path(named), worker_id, os.environ.get("PLATFORM_RUN_ID", ""))
    run = base.parent if hasattr(config, "workerinput") else base
    return Host(run / "platform", worker_id, run_id=run.name)


@contextmanager
def locked(path: Path, how: int, broken: str) -> Iterator[IO[str]]:
    """Lock a file at once, or fail the test saying which rule was broken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _take(file, how):
            pytest.fail(broken, pytrace=False)
        file.seek(0)
        yield file


def _take(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
