"""The JUnit report of a shard whose process died before pytest could write its own.

In the layout of pytest's. Not here: the report of a shard that came to its end, which
is pytest's own --junitxml.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from rules_xdist.journal import Finished, Story

# What XML 1.0 cannot say, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG_BY_OUTCOME = {
    "failed": "failure",
    "error": "error",
    "skipped": "skipped",
    "xfailed": "skipped",
}
_TYPE_BY_OUTCOME = {"skipped": "pytest.skip", "xfailed": "pytest.xfail"}


def write(path: str, target: str, story: Story, cause: str) -> None:
    """Writes the finished tests, and what the death of the process cost."""
    cases = [_case(test) for test in story.finished]
    cases.append(_victim(target, story, cause))
    suite = ElementTree.Element("testsuite", name="pytest")
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", _count(cases, "failure"))
    suite.set("errors", _count(cases, "error"))
    suite.set("skipped", _count(cases, "skipped"))
    suite.set("time", f"{sum(test.duration for test in story.finished):.3f}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _count(cases: list[ElementTree.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _victim(target: str, story: Story, cause: str) -> ElementTree.Element:
    """The running test, failed by name; the target itself where no test was running."""
    if story.running is not None:
        return _case(Finished(story.running, "failed", 0.0, cause))
    case = ElementTree.Element("testcase", classname=target, name="(no test running)")
    ElementTree.SubElement(case, "error", message=cause)
    return case


def _case(test: Finished) -> ElementTree.Element:
    classname, name = address(test.nodeid)
    case = ElementTree.Element("testcase", classname=_clean(classname))
    case.set("name", _clean(name))
    case.set("time", f"{test.duration:.3f}")
    properties = ElementTree.SubElement(case, "properties")
    ElementTree.SubElement(
        properties, "property", name="nodeid", value=_clean(test.nodeid)
    )
    if tag := _TAG_BY_OUTCOME.get(test.outcome):
        detail = ElementTree.SubElement(case, tag, message=_clean(test.message))
        detail.text = _clean(test.text)
        if kind := _TYPE_BY_OUTCOME.get(test.outcome):
            detail.set("type", kind)
    return case


def address(nodeid: str) -> tuple[str, str]:
    """The class name and the name that pytest's own report gives to a node id."""
    path, bracket, parameters = nodeid.partition("[")
    file, *names = path.split("::")
    names.insert(0, file.replace("/", ".").removesuffix(".py"))
    names[-1] += bracket + parameters
    return ".".join(names[:-1]), names[-1]


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub(lambda found: f"#x{ord(found[0]):02X}", text)
