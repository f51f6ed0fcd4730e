"""Whether the groups of this suite are whole in this process.

A claim in the shared folder tells when two processes run parts of one group, but only
processes that can see each other. This looks at what one process was given to run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

# A group over several files: a process that has only one of them cannot know the rest.
FILES_OF_GROUP = {
    "db": {
        "tests/e2e/test_api.py",
        "tests/integration/test_billing.py",
        "tests/integration/test_statements.py",
    },
}


def group_of(item: pytest.Item) -> str | None:
    """The group that pytest-xdist puts a test into; a serial test is in none."""
    marks = list(item.iter_markers("xdist_group"))
    if not marks or item.get_closest_marker("serial"):
        return None
    names = {_name(mark) for mark in marks}
    return "_".join(sorted(names))


def _name(mark: pytest.Mark) -> str:
    return str(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))


class Roster:
    """The members of each group that this process collected, selected or not."""

    def __init__(self) -> None:
        self._collected: dict[str, set[str]] = defaultdict(set)

    def add(self, item: pytest.Item) -> None:
        group = group_of(item)
        if group:
            self._collected[group].add(item.nodeid)

    def missing(self, group: str, selected: Iterable[pytest.Item]) -> list[str]:
        """The members of a group that are not selected; files where never collected."""
        collected = self._collected[group]
        files = {nodeid.partition("::")[0] for nodeid in collected}
        absent = FILES_OF_GROUP.get(group, set()) - files
        return sorted(absent | (collected - {item.nodeid for item in selected}))
