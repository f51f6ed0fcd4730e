"""Reads the marks that decide where a test runs off pytest's items.

Shared by the shard's plugin and by `xdist verify`'s, so that both see the same.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from rules_xdist.units import Collected

GROUP_MARK = "xdist_group"
SERIAL_MARK = "serial"


def register(config: pytest.Config) -> None:
    """Makes the marks known, for suites that run with --strict-markers."""
    for line in (
        f"{GROUP_MARK}(name): tests of one group run in one process",
        f"{SERIAL_MARK}: runs while no other test of the build runs",
    ):
        config.addinivalue_line("markers", line)


def read(item: pytest.Item) -> Collected:
    """What decides where an item runs, from all marks that it has by now."""
    return Collected(
        nodeid=item.nodeid,
        serial=item.get_closest_marker(SERIAL_MARK) is not None,
        group=group_name(item.iter_markers(GROUP_MARK)),
    )


def group_name(marks: Iterable[pytest.Mark]) -> str | None:
    """pytest-xdist's name for the group that these xdist_group marks make together."""
    names = {
        str(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
        for mark in marks
    }
    return "_".join(sorted(names)) if names else None
