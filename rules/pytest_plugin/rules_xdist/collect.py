"""A plugin for `xdist verify`: writes what a plain pytest collects, for comparison.

    RULES_XDIST_COLLECT_OUTPUT=out.json \\
        python -m pytest --collect-only -p rules_xdist.collect

Runs in a source tree, without our runner and without a selection, and changes nothing.
"""

from __future__ import annotations

import json
import os

import pytest

from rules_xdist import marks

_OUTPUT = "RULES_XDIST_COLLECT_OUTPUT"


def pytest_configure() -> None:
    if not os.environ.get(_OUTPUT):
        raise pytest.UsageError(f"{_OUTPUT}: not set: must be the file to write to")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    tests = [marks.read(item) for item in session.items]
    collected = [
        {
            "nodeid": test.nodeid,
            "file": test.file,
            "serial": test.serial,
            "group": test.group,
        }
        for test in tests
    ]
    with open(os.environ[_OUTPUT], "w", encoding="utf-8") as file:
        json.dump(collected, file, indent=1)
