"""The folder for temporary files: TMPDIR.

A Unix socket's path has at most 107 bytes, and tests make sockets in `tmp_path`. Bazel's
TEST_TMPDIR, deep in its output folder, leaves too few of them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass

# pytest's tmp_path adds some 60, which leaves as many for the test's own.
_SHORT = 40

# What Bazel sets for every test.
_DEFAULT = "/tmp"


@dataclass(frozen=True)
class Scratch:
    """A TMPDIR; empty if there is none to set."""

    path: str
    is_ours: bool = False

    @classmethod
    def make(cls, tmpdir: str, wished: str) -> Scratch:
        """Given TEST_TMPDIR and what TMPDIR is so far, which stays if a person chose it."""
        if not tmpdir or wished not in ("", _DEFAULT):
            return cls(wished)
        if len(os.fsencode(tmpdir)) <= _SHORT:
            return cls(tmpdir)
        try:
            return cls(tempfile.mkdtemp(prefix="t", dir=_DEFAULT), is_ours=True)
        except OSError:
            return cls(tmpdir)  # The sandbox has no other place to write to.

    def remove(self) -> None:
        if self.is_ours:
            shutil.rmtree(self.path, ignore_errors=True)
