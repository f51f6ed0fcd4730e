"""A plugin for `xdist verify`: writes what pytest collects, for comparison.

It runs on both sides. A plain pytest in the source tree is told where to write, and what
the marks mean in each file, as the selections of its targets have it:

    RULES_XDIST_COLLECT_MARKERS=markers.json RULES_XDIST_COLLECT_OUTPUT=out.json \\
        python -m pytest --collect-only -p rules_xdist.collect

A target's own shard, `bazel test --test_arg=--collect-only --test_arg=-prules_xdist.collect`,
knows both: the property "collection" of its report has it. In a file of no target no mark
means anything. Changes nothing of what is collected, but for folders that Gazelle
leaves out: RULES_XDIST_COLLECT_IGNORED names a file with their paths.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rules_xdist import marks, selection
from rules_xdist.recording import SuiteProperties
from rules_xdist.selection import Markers

_MARKERS = "RULES_XDIST_COLLECT_MARKERS"
_OUTPUT = "RULES_XDIST_COLLECT_OUTPUT"
_IGNORED = "RULES_XDIST_COLLECT_IGNORED"
_ROOT = "RULES_XDIST_COLLECT_ROOT"
_SELECTION = "RULES_XDIST_SELECTION"
_PROPERTY = "collection"

# As the target has it, before pytest adds to it.
_SYS_PATH = [*sys.path]


@dataclass(frozen=True)
class Side:
    """Where pytest collects: what to write where, and what the marks of files mean."""

    root: str  # which paths are relative to: the workspace, or its runfiles
    write: Callable[[str], object]
    markers_of: Callable[[str], Markers]
    ignored: frozenset[str] = frozenset()  # absolute
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, config: pytest.Config, environ: Mapping[str, str]) -> Side:
        for plugin in config.pluginmanager.get_plugins():
            if isinstance(plugin, SuiteProperties):
                return cls._of_target(environ, plugin.record)
        return cls._of_sources(environ)

    @classmethod
    def _of_sources(cls, environ: Mapping[str, str]) -> Side:
        for variable, purpose in ((_MARKERS, "read"), (_OUTPUT, "write")):
            if not environ.get(variable):
                raise pytest.UsageError(
                    f"{variable}: not set: must be a file to {purpose}"
                )
        root = os.path.realpath(environ.get(_ROOT) or os.curdir)
        markers = {
            file: Markers.of(names) for file, names in _read(environ[_MARKERS]).items()
        }
        ignored = _read(environ[_IGNORED]) if environ.get(_IGNORED) else ()
        return cls(
            root,
            Path(environ[_OUTPUT]).write_text,
            lambda file: markers.get(file, Markers()),
            frozenset(os.path.join(root, path) for path in ignored),
        )

    @classmethod
    def _of_target(
        cls, environ: Mapping[str, str], record: Callable[[str, str], None]
    ) -> Side:
        workspace = environ.get("TEST_WORKSPACE") or os.path.basename(os.getcwd())
        runfiles = os.path.realpath(environ.get("TEST_SRCDIR") or os.pardir)
        root = os.path.join(runfiles, workspace)
        selected = selection.load(os.path.join(root, environ[_SELECTION]))
        return cls(
            root,
            lambda text: record(_PROPERTY, text),
            lambda file: selected.markers,
            about={"target": selected.target, **_interpreter(runfiles, workspace)},
        )


def _read(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _interpreter(runfiles: str, workspace: str) -> dict[str, Any]:
    """The Python that a target runs under, in terms that hold on every machine."""
    known = {*sysconfig.get_paths().values(), sysconfig.get_config_var("DESTSHARED")}
    known |= {"", runfiles}
    path = [entry for entry in _SYS_PATH if entry not in known]
    return {
        "python": _python(runfiles, workspace),
        "path": [_location(entry, runfiles, workspace) for entry in path],
    }


def _python(runfiles: str, workspace: str) -> dict[str, str]:
    """The interpreter; a virtual environment that Bazel makes for a target is none."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    for path in (base, os.path.realpath(base)):
        found = _location(path, runfiles, workspace)
        if found.get("repository") != "":
            break
    return found


def _location(path: str, runfiles: str, workspace: str) -> dict[str, str]:
    """A file of a repository, the workspace's being "", or of the machine."""
    folder = os.path.join(os.path.realpath(os.path.dirname(path)), "")
    name = os.path.basename(path)
    if folder.startswith(os.path.join(runfiles, "")):
        rest = os.path.relpath(os.path.join(folder, name), runfiles)
    elif "/external/" in folder:
        # The file itself, where runfiles are links.
        rest = os.path.join(folder.split("/external/", 1)[1], name)
    else:
        return {"path": path}
    repository, _, inner = rest.partition("/")
    return {"repository": "" if repository == workspace else repository, "path": inner}


class CollectPlugin:
    """Writes down the items that pytest has in the end, and what it could not collect."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._uncollected: list[pytest.CollectReport] = []

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return True if str(collection_path) in self._side.ignored else None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._uncollected.append(report)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        content = {
            **self._side.about,
            "items": [*map(self._item, session.items)],
            "uncollected": [
                {
                    "file": self._file(session.config.rootpath / _path(report.nodeid)),
                    "failed": report.failed,
                    "why": _why(report),
                }
                for report in self._uncollected
            ],
        }
        self._side.write(json.dumps(content))

    def _item(self, item: pytest.Item) -> dict[str, Any]:
        file = self._file(item.path)
        test = marks.read(item, self._side.markers_of(file))
        address = item.nodeid.partition("::")[2]
        return {
            # Parameters may be files, by their full names.
            "nodeid": f"{file}::{address.replace(self._side.root + os.sep, '')}",
            "file": file,
            "serial": test.serial,
            "group": test.group,
            "markers": test.markers,
        }

    def _file(self, path: Path) -> str:
        return os.path.relpath(path, self._side.root).replace(os.sep, "/")


def _path(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _why(report: pytest.CollectReport) -> str:
    """The last line of what pytest says of it."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    lines = report.longreprtext.strip().splitlines()
    return lines[-1].removeprefix("E").strip() if lines else ""


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None]:
    side = Side.of(early_config, os.environ)
    manager = early_config.pluginmanager
    manager.register(CollectPlugin(side), "rules_xdist_collect")
    load = manager._loadconftestmodules

    def load_unless_ignored(path: Path, *args: object, **kwargs: object) -> None:
        # pytest loads those in test* before it asks what to ignore.
        if side.ignored.isdisjoint(map(str, (path, *path.parents))):
            load(path, *args, **kwargs)

    manager._loadconftestmodules = load_unless_ignored  # type: ignore[method-assign]
    try:
        yield
    finally:
        manager._loadconftestmodules = load  # type: ignore[method-assign]
