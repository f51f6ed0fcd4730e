"""Reads the marks that decide where a test runs off pytest's items.

Shared by the shard's plugin and by `xdist verify`'s, so that both see the same.
Which marks those are is the selection's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import pytest

from rules_xdist.nodeids import in_workspace
from rules_xdist.selection import Markers
from rules_xdist.units import Collected

# The marks that come with pytest-xdist and with us. All others are the suite's own to
# declare, here as under plain pytest.
_OURS = (
    "xdist_group(name): tests of one group run in one process",
    "serial: runs while no other test of the build runs",
)


def register(config: pytest.Config) -> None:
    """Makes our marks known, for suites that run with --strict-markers."""
    for line in _OURS:
        config.addinivalue_line("markers", line)


def read(item: pytest.Item, markers: Markers, root: str = "") -> Collected:
    """What decides where an item runs, from all marks that it has by now.

    `root` is the folder in which pytest started.
    """

    def borne(names: Iterable[str]) -> list[str]:
        return [name for name in names if item.get_closest_marker(name) is not None]

    return Collected(
        nodeid=in_workspace(root, item.nodeid),
        serial=borne(markers.serial) != [],
        group=group_name(chain.from_iterable(map(item.iter_markers, markers.group))),
        markers=tuple(borne(markers.split)),
    )


def group_name(marks: Iterable[pytest.Mark]) -> str | None:
    """pytest-xdist's name for the group that these marks make together."""
    names = {
        _as_text(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
        for mark in marks
    }
    return "_".join(sorted(names)) if names else None


def _as_text(name: object) -> str:
    """The name as pytest-xdist joins it: of a string that is a member of an enumeration,
    the string itself, not what `str` makes of it."""
    return "".join([name]) if isinstance(name, str) else str(name)
