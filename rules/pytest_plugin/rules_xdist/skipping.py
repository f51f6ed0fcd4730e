"""Folders that skip themselves: `pytest.skip` or `importorskip` in their conftest.py, or
in the __init__.py that importing it runs.

pytest skips such a folder when it collects it. A shard names its files, so that pytest
loads the conftest.py above each of them before anything else, and there a skip would end
the process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest


class SkippedFolders:
    """Which of the folders that pytest was given files of skip themselves."""

    def __init__(self) -> None:
        self._folders: set[Path] = set()

    @contextlib.contextmanager
    def left_to_collection(self, manager: pytest.PytestPluginManager) -> Iterator[None]:
        """While this holds, a conftest.py that skips is noted, and not loaded.

        pytest comes to it again when it collects its folder.
        """
        load = manager._loadconftestmodules

        def skips(path: Path, *args: object, **kwargs: object) -> bool:
            try:
                load(path, *args, **kwargs)
            except pytest.skip.Exception:
                return True
            return False

        def load_or_note(path: Path, *args: object, **kwargs: object) -> None:
            if skips(path, *args, **kwargs):
                above = reversed((path, *path.parents))
                self._folders.add(
                    next(each for each in above if skips(each, *args, **kwargs))
                )

        manager._loadconftestmodules = load_or_note  # type: ignore[method-assign]
        try:
            yield
        finally:
            manager._loadconftestmodules = load  # type: ignore[method-assign]

    def instead_of_files(self, args: Iterable[str], current: Path) -> list[str]:
        """pytest's arguments with such a folder in place of each file in it: files in a
        folder that is skipped would be errors."""
        return [*dict.fromkeys(self._folder_of(arg, current) or arg for arg in args)]

    def _folder_of(self, arg: str, current: Path) -> str:
        path = current / arg.partition("::")[0]
        return str(next((each for each in path.parents if each in self._folders), ""))
