"""The files by which a test talks to Bazel, besides the report. All are optional."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

_COMPONENT = "rules_xdist"


def begin(environ: Mapping[str, str]) -> None:
    """First of all: without the one, Bazel reports its absence over any real error;
    while the other exists, whatever ends the process is a failure."""
    for name in ("TEST_SHARD_STATUS_FILE", "TEST_PREMATURE_EXIT_FILE"):
        if path := environ.get(name):
            with open(path, "a", encoding="utf-8"):
                pass
    if path := environ.get("TEST_UNDECLARED_OUTPUTS_DIR"):
        os.makedirs(path, exist_ok=True)


def end(environ: Mapping[str, str]) -> None:
    """Last of all, whether tests failed or not: this is where the run was to end."""
    path = environ.get("TEST_PREMATURE_EXIT_FILE")
    if path and os.path.exists(path):
        os.unlink(path)


def warn(environ: Mapping[str, str], warnings: Iterable[str]) -> None:
    """Adds the suite's warnings, a line each, to what others have written there."""
    lines = [" ".join(text.splitlines()) + "\n" for text in warnings]
    path = environ.get("TEST_WARNINGS_OUTPUT_FILE")
    if path and lines:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines)


def blame_infrastructure(environ: Mapping[str, str], what: str) -> None:
    """Says that no test is to blame: the first line names who, the second says what."""
    if path := environ.get("TEST_INFRASTRUCTURE_FAILURE_FILE"):
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{_COMPONENT}\n{' '.join(what.splitlines())}\n")
