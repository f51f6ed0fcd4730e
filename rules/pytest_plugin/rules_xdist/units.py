"""An item's part and its unit: pure functions of its node id and its marks.

The *part* says which target runs an item, the *unit* what stays together in a shard.
Not here: reading marks off pytest's items (marks), giving units to shards (assign).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

REST = "rest"
SERIAL = "serial"
# The groups of a file that no target names, such as only a running pytest shows.
OTHER_GROUPS = "other_groups"
GROUP_PREFIX = "group:"
MARKER_PREFIX = "+"


@dataclass(frozen=True)
class Collected:
    """A collected item, reduced to what decides where it runs."""

    nodeid: str
    serial: bool = False
    group: str | None = None
    markers: tuple[str, ...] = ()  # those of the split markers that it bears

    @property
    def file(self) -> str:
        return self.nodeid.split("::", 1)[0]


def part(test: Collected, dist: str) -> str:
    """The part of its file that a test is in; serial wins over every group."""
    return MARKER_PREFIX.join([_base(test, dist), *sorted(test.markers)])


def _base(test: Collected, dist: str) -> str:
    if test.serial:
        return SERIAL
    if dist == "loadgroup" and test.group is not None:
        return group_part(test.group)
    return REST


_PLAIN = frozenset(map(chr, range(ord(" "), 0x7F))) - {*'%+"\\'}


@functools.cache
def group_part(name: str) -> str:
    """The part of a group, whose name may be any string.

    What is no printable ASCII and the characters %, +, " and \\ are written as %XX for
    each byte of their UTF-8. The twin in Go is held to the same tests/group_parts.json.
    """
    return GROUP_PREFIX + "".join(c if c in _PLAIN else _escaped(c) for c in name)


def _escaped(character: str) -> str:
    encoded = character.encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in encoded)


def is_part(value: object) -> bool:
    """Whether a value names a part at all, with whatever split markers."""
    if not isinstance(value, str):
        return False
    base, *markers = value.split(MARKER_PREFIX)
    return (
        (base in (REST, SERIAL, OTHER_GROUPS) or base.startswith(GROUP_PREFIX))
        and all(map(str.isidentifier, markers))
        and markers == sorted({*markers})
    )


def base(part: str) -> str:
    """A part without its split markers."""
    return part.split(MARKER_PREFIX)[0]


def unnamed(part: str) -> str | None:
    """The part by which a target runs a group without naming it."""
    if not part.startswith(GROUP_PREFIX):
        return None
    return MARKER_PREFIX.join([OTHER_GROUPS, *markers_of(part)])


def markers_of(part: str) -> list[str]:
    """The split markers that all tests of a part bear."""
    return part.split(MARKER_PREFIX)[1:]


def scope(nodeid: str) -> str:
    """The class of a method, else the module.

    pytest-xdist cuts at the last "::" of the whole node id, so that a parameter with
    "::" in it leaves its class: here parameters do not count.
    """
    file, _, address = nodeid.partition("::")
    owner, found, _ = address.partition("[")[0].rpartition("::")
    return f"{file}::{owner}" if found else file


def _group_or_item(test: Collected) -> str:
    # The whole group, also where its tests differ in split markers.
    return test.nodeid if test.group is None else GROUP_PREFIX + test.group


_UNIT_BY_DIST: Mapping[str, Callable[[Collected], str]] = {
    "load": lambda test: test.nodeid,
    "loadscope": lambda test: scope(test.nodeid),
    "loadfile": lambda test: test.file,
    "loadgroup": _group_or_item,
    "no": lambda test: "everything",
}

DISTS = tuple(_UNIT_BY_DIST)


def unit(test: Collected, dist: str) -> str:
    """What may not be split over two shards, named."""
    return _UNIT_BY_DIST[dist](test)
