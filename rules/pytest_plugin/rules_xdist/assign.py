"""Assignment of weighted units to shards: one pure function.

A twin in Go decides the same; both are held to tests/assign_vectors.json.
Not here: what a unit is (units), which shard this process is (identity).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping


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
