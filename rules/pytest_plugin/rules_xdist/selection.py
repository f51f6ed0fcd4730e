"""A target's selection: the tests it owns, as its BUILD file says.

Bazel writes it to a file for each py_xdist_test; this module reads and checks that
file. Not here: the marks of real items (marks), what to do about strays (census).
"""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from rules_xdist.errors import ConfigError
from rules_xdist.units import (
    DISTS,
    GROUP_PREFIX,
    base,
    group_part,
    is_part,
    markers_of,
    unnamed,
)


class Place(enum.Enum):
    """Where a test of some part of some file is to run."""

    HERE = "this target runs it"
    ELSEWHERE = "another target runs it"
    NOWHERE = "no target that this one knows runs it"


@dataclass(frozen=True)
class Markers:
    """Which of a suite's marks mean what, by name."""

    serial: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    split: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Mapping[str, Iterable[str]]) -> Markers:
        return cls(**{meaning: tuple(names[meaning]) for meaning in MEANINGS})


MEANINGS = tuple(field.name for field in fields(Markers))


@dataclass(frozen=True)
class Selection:
    """What one target runs, and what it leaves to others."""

    target: str
    dist: str
    files: tuple[str, ...]
    runs: tuple[str, ...]
    elsewhere: Mapping[str, frozenset[str]]
    markers: Markers
    config: str
    # The folder in which pytest starts, where that is not the workspace's root.
    root: str = ""
    # Whether of the files the doctests alone are tests.
    doctests: bool = False
    # Of tests, by their node ids or those of what they are in.
    weights: Mapping[str, int] = field(default_factory=dict)

    def place(self, file: str, part: str) -> Place:
        place = self._place(file, part)
        if place is Place.NOWHERE and (catch_all := unnamed(part)):
            return self._place(file, catch_all)
        return place

    def dynamic_groups(self, units: Iterable[str]) -> list[str]:
        """Of the groups among its tests' units those that no BUILD file names, sorted."""
        named = {*map(base, self.runs)}
        return sorted(
            unit
            for unit in {*units}
            if unit.startswith(GROUP_PREFIX)
            and group_part(unit.removeprefix(GROUP_PREFIX)) not in named
        )

    def _place(self, file: str, part: str) -> Place:
        if file not in self.files:
            return Place.NOWHERE
        if part in self.runs:
            return Place.HERE
        if file in self.elsewhere.get(part, ()):
            return Place.ELSEWHERE
        return Place.NOWHERE


def load(path: str, start: str = "") -> Selection:
    """Reads a selection file, whose path is relative to `start`; raises ConfigError with
    everything wrong in it."""
    try:
        with open(os.path.join(start, path), encoding="utf-8") as file:
            return parse(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot read the selection: {error}") from error


def parse(text: str, path: str) -> Selection:
    """The selection that a file's text says; `path` is for errors only."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    if problems := list(_problems(data)):
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    return Selection(
        target=data["target"],
        dist=data["dist"],
        files=tuple(data["files"]),
        runs=tuple(data["runs"]),
        elsewhere={part: frozenset(of) for part, of in data["elsewhere"].items()},
        markers=Markers.of(data["markers"]),
        config=data["config"],
        root=data.get("root", ""),
        doctests=data.get("doctests", False),
        weights=data["weights"],
    )


def _is_label(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value != "" and not value.startswith("/")


def _are_paths(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_path, value))


def _are_parts(value: object) -> bool:
    return isinstance(value, list) and all(map(is_part, value))


def _are_files_by_part(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return _are_parts([*value]) and all(map(_are_paths, value.values()))


def _are_markers(value: object) -> bool:
    if not isinstance(value, dict) or {*value} != {*MEANINGS}:
        return False
    return all(map(_are_names, value.values()))


def _are_weights(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_weight, value.values()))


def _is_weight(value: object) -> bool:
    return type(value) is int and 1 <= value <= 1024 and value & (value - 1) == 0


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(name, str) and name.isidentifier() for name in value
    )


_PATHS = "paths relative to the workspace"
_PARTS = (
    '"rest", "serial", "group:NAME" or "other_groups", '
    'then "+MARKER" for split markers, sorted'
)

_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "target": (_is_label, "a target's label"),
    "dist": (lambda value: value in DISTS, f"one of {', '.join(DISTS)}"),
    "files": (lambda value: value and _are_paths(value), f"a list of {_PATHS}"),
    "runs": (lambda value: value and _are_parts(value), f"a list of parts: {_PARTS}"),
    "elsewhere": (
        _are_files_by_part,
        f"parts ({_PARTS}), each with a list of {_PATHS}",
    ),
    "markers": (
        _are_markers,
        f"{', '.join(MEANINGS)}, each with a list of names of marks",
    ),
    "config": (lambda value: value == "" or _is_path(value), 'a path, or ""'),
    "weights": (_are_weights, "node ids, each with a power of two from 1 to 1024"),
}


def _problems(data: object) -> Iterator[str]:
    if not isinstance(data, dict):
        yield "not a JSON object"
        return
    sound = True
    for key, (holds, rule) in _RULES.items():
        if key not in data:
            sound = False
            yield f'"{key}": missing: must be {rule}'
        elif not holds(data[key]):
            sound = False
            yield f'"{key}": {json.dumps(data[key])}: must be {rule}'
    if sound:
        yield from _contradictions(data)


def _contradictions(data: Mapping[str, Any]) -> Iterator[str]:
    runs, elsewhere = {*data["runs"]}, {*data["elsewhere"]}
    for part in sorted(runs & elsewhere):
        yield f'"elsewhere": "{part}": is in "runs" too: it would run twice'
    for part in sorted(runs | elsewhere):
        for marker in markers_of(part):
            if marker not in data["markers"]["split"]:
                yield f'"markers": "split": "{marker}": missing: part "{part}" has it'
