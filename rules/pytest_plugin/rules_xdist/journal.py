"""What happened in a shard so far, in a form that survives the death of its process.

The process that runs pytest writes a line of JSON for each event; the one that watches
reads them when the other is gone. The file has no name: tests that clean their
temporary folder cannot remove it, and nobody has to. Not here: how a process ended.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from typing import IO, Any


@dataclass(frozen=True)
class Finished:
    """A test that ran to its end."""

    nodeid: str
    outcome: str  # passed, failed, error, skipped or xfailed
    duration: float
    message: str = ""
    text: str = ""


@dataclass
class Story:
    """What a journal tells."""

    selected: int | None = None
    finished: list[Finished] = field(default_factory=list)
    running: str | None = None
    exit_code: int | None = None  # pytest's own, once it came to its end


class Journal:
    """Written in one process, read in its parent."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer: int | None = None

    @classmethod
    def create(cls, folder: str = "") -> Journal:
        return cls(tempfile.TemporaryFile(buffering=0, dir=folder or None))

    def open_for_writing(self) -> None:
        """Makes this process, and none that it forks later, the journal's writer."""
        self._writer = os.getpid()

    def selected(self, count: int) -> None:
        self._write(event="selected", count=count)

    def started(self, nodeid: str) -> None:
        self._write(event="started", nodeid=nodeid)

    def finished(self, test: Finished) -> None:
        self._write(event="finished", **asdict(test))

    def ended(self, exit_code: int) -> None:
        self._write(event="ended", exit_code=exit_code)

    def read(self) -> Story:
        self._file.seek(0)
        story = Story()
        for line in self._file.read().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                break  # The writer died while it wrote this line.
            _tell(story, event)
        return story

    def _write(self, **event: Any) -> None:
        if os.getpid() == self._writer:
            self._file.write(json.dumps(event).encode() + b"\n")


def _tell(story: Story, event: dict[str, Any]) -> None:
    kind = event.pop("event")
    if kind == "selected":
        story.selected = event["count"]
    elif kind == "started":
        story.running = event["nodeid"]
    elif kind == "finished":
        story.running = None
        story.finished.append(Finished(**event))
    elif kind == "ended":
        story.running = None
        story.exit_code = event["exit_code"]
