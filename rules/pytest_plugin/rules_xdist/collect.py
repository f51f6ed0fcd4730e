"""A plugin for `xdist verify`: writes what a plain pytest collects, for comparison.

    RULES_XDIST_COLLECT_MARKERS=markers.json RULES_XDIST_COLLECT_OUTPUT=out.json \\
        python -m pytest --collect-only -p rules_xdist.collect

The markers are each file's, as its targets' selections have them; in a file that is not
among them no mark means anything, since no target runs it. Runs in a source tree, without our runner and without a selection, and changes nothing.
"""

from __future__ import annotations

import json
import os

import pytest

from rules_xdist import marks
from rules_xdist.selection import Markers

_MARKERS = "RULES_XDIST_COLLECT_MARKERS"
_OUTPUT = "RULES_XDIST_COLLECT_OUTPUT"


def pytest_configure() -> None:
    for variable, purpose in ((_MARKERS, "read"), (_OUTPUT, "write")):
        if not os.environ.get(variable):
            raise pytest.UsageError(f"{variable}: not set: must be a file to {purpose}")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    with open(os.environ[_MARKERS], encoding="utf-8") as file:
        markers = {of: Markers.of(names) for of, names in json.load(file).items()}
    tests = [
        marks.read(item, markers.get(item.nodeid.split("::", 1)[0], Markers()))
        for item in session.items
    ]
    collected = [
        {
            "nodeid": test.nodeid,
            "file": test.file,
            "serial": test.serial,
            "group": test.group,
            "markers": test.markers,
        }
        for test in tests
    ]
    with open(os.environ[_OUTPUT], "w", encoding="utf-8") as file:
        json.dump(collected, file, indent=1)
