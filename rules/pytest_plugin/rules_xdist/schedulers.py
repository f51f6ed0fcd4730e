"""Which worker of pytest-xdist runs what, by pytest-xdist's own schedulers.

Imported only once pytest has loaded pytest-xdist: of a plugin that somebody else imported
first, pytest warns, which is an error to many suites.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling, WorkStealingScheduling
from xdist.workermanage import WorkerController

# A worker that has nothing left takes tests of the others'.
ByTest = WorkStealingScheduling


class ByUnit(LoadScopeScheduling):
    """Gives a worker whole units, the next before it has done with the one before."""

    def __init__(
        self, config: pytest.Config, log: Any, units: Mapping[str, str]
    ) -> None:
        super().__init__(config, log)
        self._units = units

    def _split_scope(self, nodeid: str) -> str:
        return self._units[nodeid]

    def remove_node(self, node: WorkerController) -> str | None:
        """The test that a dead worker was running. pytest-xdist would run it again, to
        kill one worker after the other; the rest of the work is a new process's."""
        units = self.assigned_work.pop(node).values()
        left = [nodeid for unit in units for nodeid, done in unit.items() if not done]
        return left[0] if left else None
