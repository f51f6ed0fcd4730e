"""Files that pytest passes over where it looks for tests itself: by `--ignore`,
`collect_ignore` or a hook `pytest_ignore_collect`.

A shard names its files, and what is named pytest collects in any case. Gazelle makes no
targets of files that these leave out, as far as reading shows it; a hook is code.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest


class IgnoredFilesPlugin:
    """Takes such files out of what this process collects."""

    def __init__(self) -> None:
        self._ignored: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        config = session.config
        self._ignored = [arg for arg in config.args if _is_ignored(session, arg)]
        config.args = [arg for arg in config.args if arg not in self._ignored]
        return (yield)

    def summary(self) -> Iterator[str]:
        """What a person is to know of it in the end."""
        for arg in self._ignored:
            yield (
                f"rules_xdist: {arg}: pytest passes this file over: --ignore, "
                "collect_ignore or pytest_ignore_collect of a conftest.py says so"
            )


def _is_ignored(session: pytest.Session, arg: str) -> bool:
    config = session.config
    file = config.invocation_params.dir / arg.partition("::")[0]
    return file.suffix == ".py" and any(
        session.gethookproxy(path.parent).pytest_ignore_collect(
            collection_path=path, config=config
        )
        for path in (file, *_folders_of(file, config))
    )


def _folders_of(file: Path, config: pytest.Config) -> Iterator[Path]:
    """The folders through which pytest would come to the file. Those that it never enters
    by their names say nothing of a file that a target names."""
    patterns = config.getini("norecursedirs")
    for folder in file.parents:
        if folder in (config.rootpath, folder.parent):
            return
        if not any(fnmatch.fnmatch(folder.name, pattern) for pattern in patterns):
            yield folder
