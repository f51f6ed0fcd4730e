"""What happened in a shard so far, in a form that survives the death of its process.

The process that runs pytest writes a line of JSON for each event; the one that watches
reads them when the other is gone, and so does the process that goes on after a crash.
The file has no name: tests that clean their temporary folder cannot remove it, and
nobody has to. Not here: what the story means for the shard (verdict).
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import IO, Any

FAILURES = ("failed", "error")


@dataclass(frozen=True)
class Planned:
    """A test that is to run, with what the report says of it however it ends."""

    nodeid: str
    unit: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Finished:
    """A test that ran to its end."""

    nodeid: str
    outcome: str  # passed, failed, error, skipped, xfailed or xpassed
    duration: float = 0.0
    message: str = ""
    text: str = ""
    out: str = ""
    err: str = ""
    properties: tuple[tuple[str, str], ...] = ()


@dataclass
class Story:
    """What a journal tells."""

    planned: list[Planned] | None = None  # in the first process that came so far
    maxfail: int = 0
    finished: list[Finished] = field(default_factory=list)
    # Files that cannot be collected, or that skip themselves. Each process meets them.
    collected: dict[str, Finished] = field(default_factory=dict)
    # More than one only where pytest-xdist runs them.
    running: list[str] = field(default_factory=list)
    # When each test started, on a clock that processes share.
    began: dict[str, float] = field(default_factory=dict, compare=False)
    deaths: int = 0
    # Whether pytest came to its end without some tests, since a worker of pytest-xdist
    # had died.
    cut_short: bool = False
    # Of processes that died while no test was running.
    causes: list[str] = field(default_factory=list)
    exit_code: int | None = None  # pytest's own, once it came to its end
    properties: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)  # a set that keeps order

    @property
    def left(self) -> list[Planned]:
        """The tests that neither ran to their end nor took a process with them."""
        ended = Counter(test.nodeid for test in self.finished)
        return without(self.planned or [], ended)

    @property
    def failures(self) -> int:
        return sum(test.outcome in FAILURES for test in self.finished)


def without(tests: Iterable[Planned], ended: Counter[str]) -> list[Planned]:
    """The tests that have not ended; of some with one node id, the last ones."""
    mask = pending([test.nodeid for test in tests], ended)
    return [test for test, waits in zip(tests, mask, strict=True) if waits]


def pending(nodeids: Iterable[str], ended: Counter[str]) -> list[bool]:
    """For each node id whether that test is still to run."""
    remaining = ended.copy()
    waiting = []
    for nodeid in nodeids:
        waiting.append(remaining[nodeid] <= 0)
        remaining[nodeid] -= 1
    return waiting


class Journal:
    """Written in one process at a time, and read in its parent."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer: int | None = None

    @classmethod
    def create(cls, folder: str = "") -> Journal:
        return cls(tempfile.TemporaryFile(buffering=0, dir=folder or None))

    def open_for_writing(self) -> None:
        """Makes this process, and none that it forks later, the journal's writer."""
        self._writer = os.getpid()

    @property
    def is_ours(self) -> bool:
        """Whether this process is the writer, and not a copy that a test forked."""
        return os.getpid() == self._writer

    def planned(
        self, tests: Iterable[Planned], maxfail: int = 0, collected: str = ""
    ) -> None:
        """What is to run; `collected` tells what it was chosen from (share.fingerprint)."""
        planned = [asdict(test) for test in tests]
        self._write(
            event="planned", tests=planned, maxfail=maxfail, collected=collected
        )

    def started(self, nodeid: str) -> None:
        self._write(event="started", nodeid=nodeid, at=time.monotonic())

    def finished(self, test: Finished) -> None:
        self._write(event="finished", **asdict(test))

    def collected(self, file: Finished) -> None:
        self._write(event="collected", **asdict(file))

    def recorded(self, name: str, value: str) -> None:
        self._write(event="recorded", name=name, value=value)

    def warned(self, text: str) -> None:
        self._write(event="warned", text=text)

    def crashed(self, nodeid: str, cause: str) -> None:
        """A worker of pytest-xdist died, while it ran a test or, if that is "", none."""
        at = time.monotonic()
        self._write(event="crashed", nodeid=nodeid, cause=cause, at=at)

    def ended(self, exit_code: int) -> None:
        self._write(event="ended", exit_code=exit_code)

    def died(self, cause: str) -> None:
        """The writer's parent says so, whatever the writer was about to write."""
        self._writer = os.getpid()
        self._file.write(b"\n")
        self._write(event="died", cause=cause, at=time.monotonic())

    def read(self) -> Story:
        self._file.seek(0)
        story = Story()
        for line in self._file.read().split(b"\n"):
            try:
                event = json.loads(line)
            except ValueError:
                continue  # The writer died while it wrote this line.
            _tell(story, **event)
        return story

    def _write(self, **event: Any) -> None:
        if self.is_ours:
            line = memoryview(json.dumps(event).encode() + b"\n")
            while line:
                line = line[self._file.write(line) :]


def _tell(story: Story, event: str, **what: Any) -> None:
    if event == "planned":
        _tell_plan(story, **what)
    elif event == "started":
        story.running.append(what["nodeid"])
        story.began[what["nodeid"]] = what["at"]
    elif event == "finished":
        _tell_end(story, _finished(what))
    elif event == "collected":
        story.collected[what["nodeid"]] = _finished(what)
    elif event == "recorded":
        story.properties[what["name"]] = what["value"]
    elif event == "warned":
        story.warnings[what["text"]] = None
    elif event == "crashed":
        story.cut_short = True
        _tell_crash(story, what["nodeid"], what["cause"], what["at"])
    elif event == "ended":
        story.exit_code = what["exit_code"]
    elif event == "died":
        _tell_death(story, what["cause"], what["at"])


def _tell_plan(
    story: Story, tests: list[dict[str, Any]], maxfail: int, collected: str
) -> None:
    story.cut_short = False
    if collected:
        story.properties["collected"] = collected
    if story.planned is None:
        story.planned = [Planned(**test) for test in tests]
        story.maxfail = maxfail


def _tell_end(story: Story, test: Finished) -> None:
    if test.nodeid in story.running:
        story.running.remove(test.nodeid)
    story.finished.append(test)


def _tell_crash(story: Story, nodeid: str, cause: str, at: float) -> None:
    story.deaths += 1
    if nodeid:
        took = at - story.began.get(nodeid, at)
        _tell_end(story, Finished(nodeid, "failed", took, message=cause))
    else:
        story.causes.append(cause)


def _tell_death(story: Story, cause: str, at: float) -> None:
    story.deaths += 1
    story.exit_code = None
    if not story.running:
        story.causes.append(cause)
    for nodeid in [*story.running]:
        took = at - story.began[nodeid]
        _tell_end(story, Finished(nodeid, "failed", took, message=cause))


def _finished(fields: dict[str, Any]) -> Finished:
    properties = tuple((name, value) for name, value in fields.pop("properties"))
    return Finished(**fields, properties=properties)
