"""What happened in a shard so far, in a form that survives the death of its process.

The process that runs pytest writes a line of JSON for each event; the one that watches
reads them when the other is gone, and so does the process that goes on after a crash.
The file has no name: tests that clean their temporary folder cannot remove it, and
nobody has to. What a test writes into it, or leaves of it, is not taken for an event.
Not here: what the story means for the shard (verdict).
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from rules_xdist.originals import original

FAILURES = ("failed", "error")


@dataclass(frozen=True)
class Planned:
    """A test that is to run, with what the report says of it however it ends."""

    nodeid: str
    unit: str = ""
    file: str = ""
    line: int = 0


class Attempt(NamedTuple):
    """A failed run of a test that some plugin has run again."""

    outcome: str  # failed or error
    message: str = ""
    text: str = ""


@dataclass(frozen=True)
class Finished:
    """A test that ran to its end, or the last run of one that ran several times."""

    nodeid: str
    outcome: str  # passed, failed, error, skipped, xfailed or xpassed
    duration: float = 0.0
    message: str = ""
    text: str = ""
    out: str = ""
    err: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    earlier: tuple[Attempt, ...] = ()


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
    # Whether the last process that died did so while several tests were running.
    suspects: bool = False
    # Of processes that died while no test was running, or several were.
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
        status = original.fstat(file.fileno())
        self._identity = (status.st_dev, status.st_ino)
        # What is there, should a test empty it.
        self._lines: list[bytes] = []
        self._size = 0

    @classmethod
    def create(cls, folder: str = "") -> Journal:
        return cls(tempfile.TemporaryFile(buffering=0, dir=folder or None))

    def open_for_writing(self) -> None:
        """Makes this process, and none that it forks later, the journal's writer."""
        self._writer = original.getpid()
        self._lines = [self._content()]
        self._size = len(self._lines[0])

    @property
    def is_ours(self) -> bool:
        """Whether this process is the writer, and not a copy that a test forked."""
        return original.getpid() == self._writer

    def planned(
        self,
        tests: Iterable[Planned],
        maxfail: int = 0,
        collected: str = "",
        empty: str = "",
    ) -> None:
        """What is to run; `collected` tells what it was chosen from (share.fingerprint),
        `empty` why that was nothing."""
        planned = [test.__dict__ for test in tests]
        said = {"collected": collected, "empty": empty}
        self._write(event="planned", tests=planned, maxfail=maxfail, said=said)

    def started(self, nodeid: str) -> None:
        self._write(event="started", nodeid=nodeid, at=original.monotonic())

    def finished(self, test: Finished) -> None:
        self._write(event="finished", **test.__dict__)

    def collected(self, file: Finished) -> None:
        self._write(event="collected", **file.__dict__)

    def recorded(self, name: str, value: str) -> None:
        self._write(event="recorded", name=name, value=value)

    def warned(self, text: str) -> None:
        self._write(event="warned", text=text)

    def crashed(self, nodeid: str, cause: str) -> None:
        """A worker of pytest-xdist died, while it ran a test or, if that is "", none."""
        at = original.monotonic()
        self._write(event="crashed", nodeid=nodeid, cause=cause, at=at)

    def ended(self, exit_code: int) -> None:
        self._write(event="ended", exit_code=exit_code)

    def died(self, cause: str, suspects: bool = False) -> None:
        """The writer's parent says so, whatever the writer was about to write; and
        whether the tests that ran are to run again, since it was only one of them."""
        self._writer = original.getpid()
        at = original.monotonic()
        self._write(event="died", cause=cause, at=at, suspects=suspects)

    def read(self) -> Story:
        story = Story()
        for line in self._content().split(b"\n"):
            # It may be cut short by the writer's death, or be a test's.
            with suppress(ValueError, TypeError, KeyError):
                _tell(story, **json.loads(line))
        return story

    def _content(self) -> bytes:
        self._file.seek(0)
        return self._file.read()

    def _write(self, **event: Any) -> None:
        if not self.is_ours:
            return
        # On a line of its own, whatever is there already.
        line = f"\n{original.to_json(event)}\n".encode()
        self._lines.append(line)
        status = original.fstat(self._file.fileno())
        if (status.st_dev, status.st_ino) != self._identity:
            raise OSError("a test has put a file of its own in the journal's place")
        if status.st_size < self._size:
            self._file.seek(0)
            line = b"".join(self._lines)
        while line:
            line = line[self._file.write(line) :]
        self._size = self._file.tell()


def _tell(story: Story, event: str, **what: Any) -> None:
    _TELLERS[event](story, **what)


def _tell_plan(
    story: Story, tests: list[dict[str, Any]], maxfail: int, said: dict[str, str]
) -> None:
    story.cut_short = False
    story.properties |= {name: text for name, text in said.items() if text}
    if story.planned is None:
        story.planned = [Planned(**test) for test in tests]
        story.maxfail = maxfail


def _tell_start(story: Story, nodeid: str, at: float) -> None:
    # A plugin that runs a test again starts it again.
    if nodeid not in story.running:
        story.running.append(nodeid)
        story.began[nodeid] = at


def _tell_end(story: Story, test: Finished) -> None:
    if test.nodeid in story.running:
        story.running.remove(test.nodeid)
    story.finished.append(test)


def _tell_crash(story: Story, nodeid: str, cause: str, at: float) -> None:
    story.cut_short = True
    story.deaths += 1
    if nodeid:
        took = at - story.began.get(nodeid, at)
        _tell_end(story, Finished(nodeid, "failed", took, message=cause))
    else:
        story.causes.append(cause)


def _tell_death(story: Story, cause: str, at: float, suspects: bool) -> None:
    story.deaths += 1
    story.exit_code = None
    story.suspects = suspects
    if suspects:
        names = ", ".join(story.running)
        story.causes.append(f"{cause}, while these ran: {names}")
        story.running.clear()
    elif not story.running:
        story.causes.append(cause)
    for nodeid in [*story.running]:
        took = at - story.began[nodeid]
        _tell_end(story, Finished(nodeid, "failed", took, message=cause))


def _finished(fields: dict[str, Any]) -> Finished:
    properties = tuple((name, value) for name, value in fields.pop("properties"))
    earlier = tuple(Attempt(*attempt) for attempt in fields.pop("earlier"))
    return Finished(**fields, properties=properties, earlier=earlier)


def _tell_finished(story: Story, **fields: Any) -> None:
    _tell_end(story, _finished(fields))


def _tell_collected(story: Story, **fields: Any) -> None:
    file = _finished(fields)
    story.collected[file.nodeid] = file


def _tell_property(story: Story, name: str, value: str) -> None:
    story.properties[name] = value


def _tell_warning(story: Story, text: str) -> None:
    story.warnings[text] = None


def _tell_exit(story: Story, exit_code: int) -> None:
    story.exit_code = int(exit_code)


_TELLERS: Mapping[str, Callable[..., None]] = {
    "planned": _tell_plan,
    "started": _tell_start,
    "finished": _tell_finished,
    "collected": _tell_collected,
    "recorded": _tell_property,
    "warned": _tell_warning,
    "crashed": _tell_crash,
    "ended": _tell_exit,
    "died": _tell_death,
}
