"""The dynamic half of the census: no collected item without a target that runs it.

Gazelle reads marks without running Python. What only a running pytest sees (a mark that
a hook adds, a test that a plugin makes) shows here, and ends as an error with the line
to write, not as a test that no target runs or that two run. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from rules_xdist.selection import Place, Selection
from rules_xdist.units import GROUP_PREFIX, REST, SERIAL, Collected, part


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
    known = [test for test in lost if test.file in selection.files]
    parts = {part(test, selection.dist) for test in known}
    for file in sorted({test.file for test in lost} - {*selection.files}):
        yield f"{file}: run Gazelle, or add it to srcs of {selection.target}"
    if groups := sorted(parts - {REST, SERIAL}):
        yield from _ways_out_of_groups(groups, selection)
    if SERIAL in parts:
        yield (
            f'"{SERIAL}": mark the tests in the source, where Gazelle sees it, with '
            "@pytest.mark.serial, and run Gazelle: they get a target of their own"
        )
    if REST in parts:
        yield f'"{REST}": run Gazelle: these tests had other marks when it last ran'


def _ways_out_of_groups(groups: list[str], selection: Selection) -> Iterator[str]:
    for group in groups:
        name = _quoted(group.removeprefix(GROUP_PREFIX))
        yield (
            f"{_quoted(group)}: mark the tests in the source, where Gazelle sees it, "
            f"with @pytest.mark.xdist_group({name}), and run Gazelle"
        )
    runs = ", ".join(map(_quoted, (*selection.runs, *groups)))
    yield (
        "or, if no other file has tests of the same group, write in the BUILD file "
        f"of {selection.target}: runs = [{runs}]"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
