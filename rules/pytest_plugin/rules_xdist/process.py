"""The process that runs pytest, and the one that watches it.

Both are of one process group, as Bazel wants it. Not here: what the first one does, or
what its ending means for the shard.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

# A SIGTERM mostly goes to the whole process group. The child is given so long to die
# of its own before it is sent another, which would cut its dump of stacks short.
COURTESY_SECONDS = 0.5

# Then so long until SIGKILL. Bazel itself kills everything 15 s after its SIGTERM: by
# then the report has to be written.
GRACE_SECONDS = 10

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Ending:
    """How a process ended; a negative code is the signal that killed it."""

    code: int

    def __str__(self) -> str:
        if self.code >= 0:
            return f"exit code {self.code} before pytest's end, as by os._exit()"
        return f"killed by signal {-self.code}{_signal_name(-self.code)}"


def _signal_name(number: int) -> str:
    try:
        return f" ({signal.Signals(number).name})"
    except ValueError:
        return ""


def fork() -> int:
    """Forks; returns 0 in the child, which lives no longer than its parent."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _die_with(parent)
        _dump_stacks_on_sigterm()
    return child


def _die_with(parent: int) -> None:
    """Best effort: only Linux can do it, and only where Python has ctypes."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(ImportError, OSError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # It died before the line above.
        os.kill(os.getpid(), signal.SIGKILL)


def _dump_stacks_on_sigterm() -> None:
    """At a timeout the log shows where the test hung; then the signal kills as ever."""
    # pytest captures descriptor 2 later on.
    stderr = os.dup(2)
    faulthandler.register(signal.SIGTERM, file=stderr, chain=True)
    # What tests fork and then terminate is not to dump stacks.
    os.register_at_fork(after_in_child=lambda: faulthandler.unregister(signal.SIGTERM))


def wait(child: int) -> Ending:
    """Waits for the child's end, and passes SIGTERM and SIGINT on to it meanwhile."""
    with _forwarding(child):
        _, status = os.waitpid(child, 0)
    return Ending(os.waitstatus_to_exitcode(status))


@contextlib.contextmanager
def _forwarding(child: int) -> Iterator[None]:
    def send(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    steps = iter([(signal.SIGTERM, GRACE_SECONDS)])

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, COURTESY_SECONDS)

    def escalate(number: int, frame: FrameType | None) -> None:
        harder, then = next(steps, (signal.SIGKILL, 0))
        send(harder)
        signal.setitimer(signal.ITIMER_REAL, then)

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Twice would cut short pytest's own handling of the first.
        if not _terminal_interrupts_the_group():
            send(number)

    handlers = {
        signal.SIGTERM: terminate,
        signal.SIGINT: interrupt,
        signal.SIGALRM: escalate,
    }
    before = {number: signal.signal(number, act) for number, act in handlers.items()}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminal_interrupts_the_group() -> bool:
    """Whether ctrl-C at the terminal reaches the child without our doing."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
