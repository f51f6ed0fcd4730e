"""The slot: a small number that no other test process on the host has meanwhile.

For ports and databases. It is taken by binding an abstract Unix socket, which needs no
common folder (within Bazel's sandbox /tmp is each test's own) and which the kernel
gives back however the process ends. Such names belong to a network namespace, as ports
do: where two processes could have one slot, they can have one port as well.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
import tempfile
from collections.abc import Callable

VARIABLE = "RULES_XDIST_SLOT"

# Far more than there are processes; lest a host that refuses all makes this endless.
_LIMIT = 1 << 16

# Keeps the slot for as long as anything refers to it.
Hold = object


def take(name: str = "rules_xdist_slot") -> tuple[int, Hold]:
    """The lowest free slot, and what holds it."""
    attempt = _bind if sys.platform == "linux" else _lock
    return _first(lambda number: attempt(f"{name}_{number}"))


def _first(attempt: Callable[[int], Hold | None]) -> tuple[int, Hold]:
    for number in range(_LIMIT):
        if (hold := attempt(number)) is not None:
            return number, hold
    raise OSError(errno.EAGAIN, "all slots are taken")


def _bind(name: str) -> Hold | None:
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind("\0" + name)
    except OSError as error:
        holder.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return holder


def _lock(name: str) -> Hold | None:
    """For systems without abstract sockets, where sandboxes share the folder /tmp."""
    path = os.path.join(tempfile.gettempdir(), name)
    try:
        holder = open(path, "ab")  # noqa: SIM115
    except PermissionError:
        return None  # Another user's.
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder.close()
        return None
    return holder
