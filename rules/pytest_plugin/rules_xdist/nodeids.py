"""Node ids as pytest says them, and as the whole repository knows them. Pure.

pytest runs where the project's people start it, in the folder of its configuration, and
says node ids from there. Selections, weights and recorded durations of several such
projects name files from the root of the workspace. Its twin in Go is
internal/model/nodeid.go; both are held to tests/nodeid_vectors.json.
"""

from __future__ import annotations

import posixpath


def in_workspace(root: str, nodeid: str) -> str:
    """What pytest calls `nodeid` in the folder `root`, which is "" for the workspace's."""
    if not root:
        return nodeid
    file, separator, address = nodeid.partition("::")
    return posixpath.normpath(posixpath.join(root, file)) + separator + address
