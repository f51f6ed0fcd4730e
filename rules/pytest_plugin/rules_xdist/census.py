"""The dynamic half of the census: no collected item without a target that runs it.

Gazelle reads marks without running Python. What only a running pytest sees (a mark that
a hook adds, a test that a plugin makes) shows here, and ends as an error with the line
to write, not as a test that no target runs or that two run. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from rules_xdist.selection import Place, Selection
from rules_xdist.units import (
    GROUP_PREFIX,
    Collected,
    markers_of,
    part,
)


def strays(tests: Iterable[Collected], selection: Selection) -> list[Collected]:
    """The tests that neither this target runs nor one that it knows of, sorted."""
    return sorted(
        (test for test in tests if _place(test, selection) is Place.NOWHERE),
        key=lambda test: test.nodeid,
    )


def explain(lost: Sequence[Collected], selection: Selection) -> str:
    """What is wrong with each stray, and the ways out."""
    count = "1 collected test" if len(lost) == 1 else f"{len(lost)} collected tests"
    lines = [
        f"{selection.target}: {count} would run in no target:",
        *(f"  {test.nodeid}: {_fault(test, selection)}" for test in lost),
        "Ways out:",
        *(f"  {way}" for way in _ways_out(lost, selection)),
    ]
    return "\n".join(lines)


def _place(test: Collected, selection: Selection) -> Place:
    return selection.place(test.file, part(test, selection.dist))


def _fault(test: Collected, selection: Selection) -> str:
    if test.file not in selection.files:
        return "its file is not one of the target's"
    stray = _quoted(part(test, selection.dist))
    return f"part {stray} is neither in runs nor in elsewhere"


def _ways_out(lost: Sequence[Collected], selection: Selection) -> Iterator[str]:
    for file in sorted({test.file for test in lost} - {*selection.files}):
        yield f"{file}: run Gazelle, or add it to srcs of {selection.target}"
    # Any test of a part stands for all of them.
    parts = {
        part(test, selection.dist): test
        for test in lost
        if test.file in selection.files
    }
    groups = sorted(name for name in parts if name.startswith(GROUP_PREFIX))
    for name in groups:
        yield f"{_quoted(name)}: {_way_out(name, parts[name], selection)}"
    if joining := [name for name in groups if _could_join(name, selection)]:
        runs = ", ".join(map(_quoted, (*selection.runs, *joining)))
        yield (
            "or, if no other file has tests of the same group, write in the BUILD file "
            f"of {selection.target}: runs = [{runs}]"
        )
    for name in sorted({*parts} - {*groups}):
        yield f"{_quoted(name)}: {_way_out(name, parts[name], selection)}"


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


def _could_join(group: str, selection: Selection) -> bool:
    """Whether the target's tags would stay right if it ran the group, too."""
    return all(markers_of(group) == markers_of(run) for run in selection.runs)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
