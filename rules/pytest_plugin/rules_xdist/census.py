"""The dynamic half of the census: no collected item without a target that runs it.

Gazelle reads marks without running Python. What only a running pytest sees (a mark that
a hook adds, a test that a plugin makes) shows here, and ends as a failure with the line
to write, not as a test that no target runs or that two run. Of all targets and shards
that collect such a test one reports it. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rules_xdist.selection import Place, Selection
from rules_xdist.units import (
    GROUP_PREFIX,
    REST,
    SERIAL,
    Collected,
    base,
    markers_of,
    part,
    unnamed,
)


def is_stray(test: Collected, selection: Selection) -> bool:
    """Whether neither this target runs a test nor one that it knows of."""
    return selection.place(test.file, part(test, selection.dist)) is Place.NOWHERE


def speaks_for(selection: Selection, file: str) -> bool:
    """Whether of the targets that share a file it is this one that reports its strays.

    It is the one that runs the rest of its tests; or the first part by name, where they
    are split by markers or there is no rest. All of them know the same parts.
    """
    if file not in selection.files:
        return True  # No other target knows of it.
    others = (part for part, files in selection.elsewhere.items() if file in files)
    first = min((*selection.runs, *others), key=lambda part: (base(part) != REST, part))
    return first in selection.runs


def explain(test: Collected, selection: Selection) -> str:
    """What is wrong with a stray, and the ways out."""
    ways = [*_ways_out(test, selection)]
    return "\n".join(
        [
            f"{test.nodeid}: {_fault(test, selection)}: no target runs it.",
            "Ways out:" if len(ways) > 1 else "Way out:",
            *(f"  {way}" for way in ways),
        ]
    )


def _fault(test: Collected, selection: Selection) -> str:
    if test.file not in selection.files:
        return f"its file is not one of {selection.target}'s"
    stray = _quoted(part(test, selection.dist))
    return f"part {stray} is neither in runs nor in elsewhere of {selection.target}"


def _ways_out(test: Collected, selection: Selection) -> Iterator[str]:
    if test.file not in selection.files:
        yield f"run Gazelle, or add {test.file} to srcs of {selection.target}"
        return
    name = part(test, selection.dist)
    yield _way_out(name, test, selection)
    if name.startswith(GROUP_PREFIX) and _has_kin(name, test.file, selection):
        folder, _, file = test.file.rpartition("/")
        yield (
            "or, if no other file has tests of the same group, write in the BUILD file "
            f"of //{folder}: # gazelle:xdist_dynamic_groups {file}, and run Gazelle; "
            f'where it makes no targets, add "{unnamed(name)}" to runs of '
            f"{selection.target}"
        )


def _way_out(name: str, test: Collected, selection: Selection) -> str:
    marks = [*_marks(name, test, selection)]
    if not marks:
        return "run Gazelle: these tests had other marks when it last ran"
    way = (
        "mark the tests in the source, where Gazelle sees it, with "
        f"{' and '.join(marks)}, and run Gazelle"
    )
    return f"{way}: they get a target of their own" if test.serial else way


def _marks(name: str, test: Collected, selection: Selection) -> Iterator[str]:
    """The marks that put a test into its part, as they are written."""
    if test.serial:
        yield f"@pytest.mark.{selection.markers.serial[0]}"
    elif name.startswith(GROUP_PREFIX):
        mark = f"@pytest.mark.{selection.markers.group[0]}"
        yield f"{mark}({_quoted(str(test.group))})"
    for marker in test.markers:
        yield f"@pytest.mark.{marker}"


def _has_kin(group: str, file: str, selection: Selection) -> bool:
    """Whether a target of the file could run the group and keep its tags."""
    known = [
        *selection.runs,
        *(part for part, files in selection.elsewhere.items() if file in files),
    ]
    return any(
        base(part) != SERIAL and markers_of(part) == markers_of(group) for part in known
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
