"""pytest's hook for targets of doctests: what else their files hold is not collected.

pytest takes each file that it is given by name for a test file, and would collect the
`test...` functions of an ordinary module.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest
from _pytest.doctest import DoctestModule, DoctestTextfile


class DoctestsAlone:
    """Collects the doctests of files."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self,
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        found = yield
        return [
            each for each in found if isinstance(each, (DoctestModule, DoctestTextfile))
        ]
