"""A hook around all that pytest and its plugins do for a test."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

# Yields once: there everything happens.
Run = Callable[[pytest.Item], Generator[None, object, object]]


def around_each_test(session: pytest.Session, run: Run) -> None:
    """Calls `run` for each test from here on. The last call's is the outermost."""
    session.config.pluginmanager.register(_Around(run))


class _Around:
    def __init__(self, run: Run) -> None:
        self._run = run

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item
    ) -> Generator[None, object, object]:
        return (yield from self._run(item))
