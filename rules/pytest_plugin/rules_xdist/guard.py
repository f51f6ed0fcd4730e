"""What is to hold while a test runs, in whatever process it does. Around its phases:

What it prints is bounded (flood). A copy of the process, which the test forked and which
came out of it as well, ends: it would run the rest of the tests a second time. And where
the test closed the very streams that pytest captures with, all further tests would fail.
"""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

from rules_xdist import flood
from rules_xdist.originals import original


class Guard:
    """Whether this process may go on after a test."""

    def __init__(self) -> None:
        self._pid = original.getpid()
        self._streams: tuple[object, ...] = ()

    def move(self) -> None:
        """This process, which was forked on purpose, is the one to guard."""
        self._pid = original.getpid()

    @property
    def streams_closed(self) -> bool:
        return any([_is_closed(stream) for stream in self._streams])

    # These are last, so that pytest's capturing, which changes sys.stdout, is around them.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        self._streams = (sys.stdout, sys.stderr)
        return (yield from self._phase())

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        return (yield from self._phase())

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        return (yield from self._phase())

    def _phase(self) -> Generator[None, object, object]:
        try:
            with flood.bounded():
                return (yield)
        finally:
            if original.getpid() != self._pid:
                original.exit(1)


def _is_closed(stream: object) -> bool:
    # A test's own may be of any class.
    return getattr(stream, "closed", False) is True
