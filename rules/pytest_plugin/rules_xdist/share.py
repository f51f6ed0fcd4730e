"""A shard's share of its target's tests: parts, units and assign together. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules_xdist.assign import assign, names, weigh
from rules_xdist.identity import Shard
from rules_xdist.selection import Place, Selection
from rules_xdist.units import Collected, part, unit


@dataclass(frozen=True)
class Share:
    """For each collected test its unit, if it is the target's, and if it is this shard's."""

    units: tuple[str | None, ...]
    chosen: tuple[bool, ...]

    @property
    def of_target(self) -> int:
        return sum(unit is not None for unit in self.units)

    def __str__(self) -> str:
        return f"{sum(self.chosen)} of {self.of_target} tests"


def share(
    tests: Sequence[Collected], selection: Selection, dist: str, shard: Shard
) -> Share:
    """Distributes the target's own tests by `dist`, by the selection's weights.

    Parts go by the selection's own mode, since BUILD files were written for that one.
    """
    units = tuple(
        unit(test, dist)
        if selection.place(test.file, part(test, selection.dist)) is Place.HERE
        else None
        for test in tests
    )
    own = [
        (test.nodeid, name)
        for test, name in zip(tests, units, strict=True)
        if name is not None
    ]
    shards = assign(weigh(own, selection.weights), shard.total)
    ours = {*shards[shard.index]}
    return Share(units, tuple(name in ours for name in units))


def weightless(nodeids: Iterable[str], selection: Selection) -> list[str]:
    """What the selection gives a weight, and no collected test is or is in, sorted."""
    known = {name for nodeid in nodeids for name in names(nodeid)}
    return sorted({*selection.weights} - known)


def fingerprint(tests: Sequence[Collected], units: Sequence[str | None]) -> str:
    """What shards of one target must agree on, or a test runs twice or nowhere.

    No shard sees what another one collected: each reports this, and who reads all
    reports compares.
    """
    lines = sorted(
        f"{test.nodeid}\0{unit}\n" for test, unit in zip(tests, units, strict=True)
    )
    text = "".join(lines).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:16]
