"""The JUnit report of a shard: one case a test, in the layout of pytest's own.

Written by the process that watches, so that it is there and whole however the others
ended. Not here: what is to be reported of them (journal, verdict).
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rules_xdist import verdict
from rules_xdist.journal import FAILURES, Attempt, Finished, Planned, Story

# What XML 1.0 cannot say, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG_BY_OUTCOME = {
    "failed": "failure",
    "error": "error",
    "skipped": "skipped",
    "xfailed": "skipped",
}
_TYPE_BY_OUTCOME = {"skipped": "pytest.skip", "xfailed": "pytest.xfail"}


def write(
    path: str, target: str, story: Story, left: str, properties: Mapping[str, str]
) -> None:
    """Writes all that happened. `left` says why the tests that are left never ran."""
    tests = [*_outcomes(story, left)]
    planned = {test.nodeid: test for test in story.planned or []}
    # As in pytest's own reports, a file is no test and so has no node id.
    cases = [*map(_case, story.collected.values())]
    cases += [_of_test(test, planned.get(test.nodeid)) for test in tests]
    cases += [_of_no_test(target, cause) for cause in story.causes]
    suite = Element("testsuite", name="pytest", tests=str(len(cases)))
    for tag, count in (
        ("failure", "failures"),
        ("error", "errors"),
        ("skipped", "skipped"),
    ):
        suite.set(count, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(test.duration for test in tests):.3f}")
    suite.append(_properties([*properties.items(), *story.properties.items()]))
    suite.extend(cases)
    root = Element("testsuites")
    root.append(suite)
    _clear(path)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _clear(path: str) -> None:
    """Makes room for a file, whatever tests have done to the place."""
    folder = os.path.dirname(path) or os.curdir
    os.makedirs(folder, exist_ok=True)
    if not os.path.lexists(path):
        return
    os.chmod(folder, os.stat(folder).st_mode | stat.S_IRWXU)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _outcomes(story: Story, left: str) -> Iterator[Finished]:
    yield from story.finished
    for nodeid in story.running:
        yield Finished(nodeid, "failed", message="pytest ended while it ran")
    outcome = verdict.outcome_of_left(left)
    for test in story.left:
        if test.nodeid not in story.running:
            yield Finished(test.nodeid, outcome, message=f"never ran: {left}")


def _of_no_test(target: str, cause: str) -> Element:
    case = Element("testcase", classname=target, name="(no test running)", time="0.000")
    ElementTree.SubElement(case, "error", message=cause)
    return case


def _of_test(test: Finished, planned: Planned | None) -> Element:
    case = _case(test)
    properties = [*test.properties, ("nodeid", test.nodeid)]
    if planned:
        case.set("file", _clean(planned.file))
        case.set("line", str(planned.line))
        properties.append(("unit", planned.unit))
    if test.outcome == "xpassed":
        properties.append(("xpass", test.message))
    case.insert(0, _properties(properties))
    return case


def _case(test: Finished) -> Element:
    classname, name = address(test.nodeid)
    case = Element("testcase", classname=_clean(classname), name=_clean(name))
    case.set("time", f"{test.duration:.3f}")
    if tag := _TAG_BY_OUTCOME.get(test.outcome):
        detail = ElementTree.SubElement(case, tag, message=_clean(test.message))
        detail.text = _clean(test.text)
        if kind := _TYPE_BY_OUTCOME.get(test.outcome):
            detail.set("type", kind)
    case.extend(_attempt(attempt, test.outcome) for attempt in test.earlier)
    for tag, output in (("system-out", test.out), ("system-err", test.err)):
        if output:
            ElementTree.SubElement(case, tag).text = _clean(output)
    return case


def _attempt(attempt: Attempt, outcome: str) -> Element:
    """A failed attempt before the last one, as Maven's Surefire has them."""
    kind = "rerun" if outcome in FAILURES else "flaky"
    tag = kind + ("Error" if attempt.outcome == "error" else "Failure")
    detail = Element(tag, message=_clean(attempt.message))
    ElementTree.SubElement(detail, "stackTrace").text = _clean(attempt.text)
    return detail


def _properties(pairs: Iterable[tuple[str, str]]) -> Element:
    properties = Element("properties")
    for name, value in pairs:
        ElementTree.SubElement(
            properties, "property", name=_clean(name), value=_clean(value)
        )
    return properties


def address(nodeid: str) -> tuple[str, str]:
    """The class name and the name that pytest's own report gives to a node id."""
    path, bracket, parameters = nodeid.partition("[")
    file, *names = path.split("::")
    names.insert(0, file.replace("/", ".").removesuffix(".py"))
    names[-1] += bracket + parameters
    return ".".join(names[:-1]), names[-1]


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub(lambda found: f"#x{ord(found[0]):02X}", text)
