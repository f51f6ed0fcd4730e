"""Assignment of weighted units to shards: pure functions.

A twin in Go decides the same; both are held to tests/assign_vectors.json.
Not here: what a unit is (units), which shard this process is (identity).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping


def assign(weights: Mapping[str, int], shards: int) -> list[list[str]]:
    """The units of each shard, sorted by name; the heaviest shard comes first.

    Longest processing time first: each unit, heaviest first and ties by name, goes to
    the shard with the least so far, ties to the lowest index. The makespan is at most
    4/3 of the best one. Shards start in the order of their index, so the heaviest
    leads. The order of `weights` plays no part.
    """
    if shards < 1:
        raise ValueError(f"shards: {shards}: must be at least 1")
    bins: list[list[str]] = [[] for _ in range(shards)]
    loads = [(0, index) for index in range(shards)]
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        load, index = heapq.heappop(loads)
        bins[index].append(name)
        heapq.heappush(loads, (load + weights[name], index))
    heaviest_first = sorted(loads, key=lambda entry: (-entry[0], entry[1]))
    return [sorted(bins[index]) for _, index in heaviest_first]


def weigh(
    tests: Iterable[tuple[str, str]], weights: Mapping[str, int]
) -> dict[str, int]:
    """The weight of each unit, given the node id and the unit of each test.

    A unit weighs what its tests weigh together, and a test 1, or what `weights` says of
    it: by its node id, or else that of its function, class or file, the nearest first.
    """
    units: dict[str, int] = {}
    for nodeid, unit in tests:
        known = (weights[name] for name in names(nodeid) if name in weights)
        units[unit] = units.get(unit, 0) + next(known, 1)
    return units


def names(nodeid: str) -> Iterator[str]:
    """A test's node id, and those of what it is in, from the nearest to the file."""
    yield nodeid
    file, _, address = nodeid.partition("::")
    function, parameters, _ = address.partition("[")
    if parameters:
        yield f"{file}::{function}"
    owners = function.split("::")
    for count in range(len(owners) - 1, 0, -1):
        yield "::".join([file, *owners[:count]])
    if address:
        yield file
