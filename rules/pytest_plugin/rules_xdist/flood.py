"""Bounds what one phase of a test may print into pytest's capture.

pytest captures descriptors 1 and 2 in temporary files and reads them whole, several
times over, so a test that prints a gigabyte would take a shard's memory. Of a file too
long only its begin and its end are left for pytest to read. Nothing is done where
nothing is captured (`-s`), nor where Python's own streams are (`--capture=sys`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rules_xdist.originals import original

# So much is kept of the begin and of the end each: far more than people read.
KEPT = 8 << 20

_DESCRIPTORS = (1, 2)

_is_regular = stat.S_ISREG
_SEEK_END = os.SEEK_END


@contextmanager
def bounded() -> Iterator[None]:
    """Shortens what was captured meanwhile. For within pytest's own capturing."""
    before = [_captured(number) for number in _DESCRIPTORS]
    try:
        yield
    finally:
        for number, file in zip(_DESCRIPTORS, before, strict=True):
            # A test may have put a file of its own in the place.
            if file is not None and file == _captured(number):
                with suppress(OSError):
                    shorten(number, KEPT)


def _captured(number: int) -> tuple[int, int] | None:
    """Which file pytest captures a descriptor in: it is one without a name."""
    try:
        status = original.fstat(number)
    except OSError:
        return None
    if not _is_regular(status.st_mode) or status.st_nlink > 0:
        return None
    return status.st_dev, status.st_ino


def shorten(number: int, kept: int) -> None:
    """Leaves so many bytes of a file's begin and of its end, and says so between."""
    size = original.fstat(number).st_size
    if size <= 2 * kept:
        return
    end = original.pread(number, kept, size - kept)
    left_out = f"\n[... {size - 2 * kept} bytes left out ...]\n".encode()
    original.ftruncate(number, kept)
    original.lseek(number, 0, _SEEK_END)
    for text in (left_out, end):
        original.write(number, text)
