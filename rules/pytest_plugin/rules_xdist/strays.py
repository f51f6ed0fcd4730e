"""pytest's hook for tests that no target runs: each fails by name, the others run.

Which tests these are, and what is said of them, is the census' to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules_xdist import census
from rules_xdist.identity import Shard
from rules_xdist.nodeids import in_workspace
from rules_xdist.selection import Selection
from rules_xdist.units import Collected


class StraysPlugin:
    """Fails the strays that this shard is to report, before anything is set up for them."""

    def __init__(self, selection: Selection, shard: Shard) -> None:
        self._selection = selection
        self._shard = shard
        self._reasons: dict[str, str] = {}

    def find(self, tests: Sequence[Collected], collectonly: bool) -> list[bool]:
        """Of a target's collected tests the strays that are this shard's to report.

        It is the target's first shard, so that all of them are in one report. To who only
        collects, they are no tests of the target.
        """
        if collectonly or self._shard.index > 0:
            return [False for _ in tests]
        selection = self._selection
        mask = [
            census.is_stray(test, selection) and census.speaks_for(selection, test.file)
            for test in tests
        ]
        lost = [test for test, stray in zip(tests, mask, strict=True) if stray]
        self._reasons = {test.nodeid: census.explain(test, selection) for test in lost}
        return mask

    def summary(self) -> list[str]:
        """A line that says how many there are, if any."""
        count = len(self._reasons)
        if not count:
            return []
        tests = "1 collected test" if count == 1 else f"{count} collected tests"
        return [f"{tests} would run in no target: see the errors, which say what to do"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        name = in_workspace(self._selection.root, item.nodeid)
        if reason := self._reasons.get(name):
            pytest.fail(reason, pytrace=False)
