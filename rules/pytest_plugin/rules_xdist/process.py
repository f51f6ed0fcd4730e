"""The processes that run pytest, one after another, and the one that watches them.

All are of one process group, as Bazel wants it. Not here: what the first ones do, or
what their ending means for the shard.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from dataclasses import dataclass
from types import FrameType

# A SIGTERM mostly goes to the whole process group. The child is given so long to die
# of its own before it is sent another, which would cut its dump of stacks short.
COURTESY_SECONDS = 0.5

# Then so long until SIGKILL. Bazel itself kills everything 15 s after its SIGTERM: by
# then the report has to be written.
GRACE_SECONDS = 10

_PR_SET_PDEATHSIG = 1
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)


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


class Watch:
    """Starts processes, one at a time, and passes SIGTERM and SIGINT on to them.

    From here on, until it is closed, the signals do not end this process itself.
    """

    def __init__(self) -> None:
        self.told_to_end = False
        self._child: int | None = None
        self._steps = iter([(signal.SIGTERM, GRACE_SECONDS)])
        handlers = (self._terminate, self._interrupt, self._escalate)
        self._before = {
            number: signal.signal(number, handler)
            for number, handler in zip(_HANDLED, handlers, strict=True)
        }

    def fork(self) -> int:
        """Forks; returns 0 in the child, which lives no longer than its parent."""
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        # No signal may come to a parent that does not know its child, nor to a child
        # that takes itself for the parent.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        self._child = os.fork()
        if self._child == 0:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            die_with(parent)
            dump_stacks_on_sigterm()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        return self._child

    def wait(self) -> Ending:
        """Waits for the child's end."""
        assert self._child
        _, status = os.waitpid(self._child, 0)
        self._child = None
        return Ending(os.waitstatus_to_exitcode(status))

    def kill(self) -> Ending:
        """Kills the child and waits for its end."""
        self._send(signal.SIGKILL)
        return self.wait()

    def close(self) -> None:
        """Lets the signals do to this process what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        dump_stacks_on_sigterm()

    def _send(self, number: int) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, number)

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        self.told_to_end = True
        signal.setitimer(signal.ITIMER_REAL, COURTESY_SECONDS)

    def _escalate(self, number: int, frame: FrameType | None) -> None:
        harder, then = next(self._steps, (signal.SIGKILL, 0))
        self._send(harder)
        signal.setitimer(signal.ITIMER_REAL, then)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.told_to_end = True
        # Twice would cut short pytest's own handling of the first.
        if not _terminal_interrupts_the_group():
            self._send(number)


def die_with(parent: int) -> None:
    """Ends this process when its parent ends. Best effort: only Linux can do it, and only where Python has ctypes."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(ImportError, OSError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # It died before the line above.
        os.kill(os.getpid(), signal.SIGKILL)


def dump_stacks_on_sigterm(to: int | None = None) -> None:
    """At a timeout the log shows where the test hung; then the signal kills as ever.

    `to` is a file descriptor, by default that of stderr.
    """
    # Else it would not notice that another handler has taken its place.
    faulthandler.unregister(signal.SIGTERM)
    # pytest captures descriptor 2 later on.
    file = os.dup(2) if to is None else to
    faulthandler.register(signal.SIGTERM, file=file, chain=True)
    # What tests fork and then terminate is not to dump stacks.
    os.register_at_fork(after_in_child=lambda: faulthandler.unregister(signal.SIGTERM))


def _terminal_interrupts_the_group() -> bool:
    """Whether ctrl-C at the terminal reaches the child without our doing."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
