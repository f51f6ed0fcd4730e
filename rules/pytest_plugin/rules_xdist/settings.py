"""Everything that the environment says, read in one place and once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rules_xdist import selection
from rules_xdist.errors import ConfigError
from rules_xdist.filter import Filter
from rules_xdist.identity import Shard, Worker
from rules_xdist.measuring import Places
from rules_xdist.selection import Selection
from rules_xdist.units import DISTS

# For the processes that pytest starts: where this one was started.
START = "RULES_XDIST_START"


@dataclass(frozen=True)
class Settings:
    """One run of one shard. Empty strings stand for what Bazel would have given."""

    selection: Selection
    target: str  # the label of this test: the selection's, or of an environment of it
    dist: str
    shard: Shard
    worker: Worker
    xml_path: str
    tmpdir: str
    fail_fast: bool
    filter: Filter
    run: str
    start: str  # where Bazel starts a test, and the files of a selection are
    boxed: bool = False
    workers: int = 1
    coverage: Places | None = None
    # Where the tests' repository is, from where Bazel starts them, if it is not the main
    # one.
    root: str = ""

    @property
    def folder(self) -> str:
        """Where pytest starts, from where Bazel starts the tests; empty if it is there."""
        return os.path.join(self.root, self.selection.root)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        # What a test's processes start in may be a folder below.
        start = environ.get(START) or os.getcwd()
        selected = selection.load(_selection_path(environ), start)
        shard = Shard.from_environ(environ)
        target = environ.get("TEST_TARGET") or selected.target
        run = environ.get("TEST_RUN_NUMBER") or "1"
        return cls(
            selection=selected,
            target=target,
            dist=_dist(environ, selected.dist),
            shard=shard,
            worker=Worker.of(target, shard, run),
            xml_path=environ.get("XML_OUTPUT_FILE", ""),
            tmpdir=environ.get("TEST_TMPDIR", ""),
            fail_fast=environ.get("TESTBRIDGE_TEST_RUNNER_FAIL_FAST") == "1",
            filter=Filter.parse(environ.get("TESTBRIDGE_TEST_ONLY", "")),
            run=run,
            start=start,
            boxed=environ.get("RULES_XDIST_BOXED") == "1",
            workers=_workers(environ),
            coverage=Places.from_environ(environ, start),
            root=environ.get("RULES_XDIST_ROOT", ""),
        )


def _selection_path(environ: Mapping[str, str]) -> str:
    path = environ.get("RULES_XDIST_SELECTION", "")
    if not path:
        raise ConfigError(
            "RULES_XDIST_SELECTION: not set: must be the path of a selection file, "
            "which py_xdist_test writes"
        )
    return path


def _dist(environ: Mapping[str, str], default: str) -> str:
    dist = environ.get("RULES_XDIST_DIST") or default
    if dist not in DISTS:
        raise ConfigError(
            f"RULES_XDIST_DIST: {dist!r}: must be one of {', '.join(DISTS)}"
        )
    return dist


def _workers(environ: Mapping[str, str]) -> int:
    value = environ.get("RULES_XDIST_WORKERS") or "1"
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ConfigError(f"RULES_XDIST_WORKERS: {value!r}: must be a number from 1")
    return int(value)
