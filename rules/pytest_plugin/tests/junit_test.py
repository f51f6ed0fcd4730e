"""junit: the report of a shard that crashed."""

from xml.etree import ElementTree

import pytest

from rules_xdist import junit
from rules_xdist.journal import Finished, Story

CAUSE = "killed by signal 9 (SIGKILL)"


def report(tmp_path, story):
    path = tmp_path / "test.xml"
    junit.write(str(path), "//t:test_a", story, CAUSE)
    (suite,) = ElementTree.parse(path).getroot()
    return suite


def test_report(tmp_path):
    story = Story(
        finished=[
            Finished("t/test_a.py::test_p", "passed", 0.25),
            Finished("t/test_a.py::TestX::test_f[1]", "failed", 1.5, "m", "text"),
            Finished("t/test_a.py::test_e", "error", 0, "m", "text"),
            Finished("t/test_a.py::test_s", "skipped", 0, "reason"),
            Finished("t/test_a.py::test_x", "xfailed", 0, "reason"),
        ],
        running="t/test_a.py::test_r",
    )
    suite = report(tmp_path, story)
    assert suite.attrib == {
        "name": "pytest",
        "tests": "6",
        "failures": "2",
        "errors": "1",
        "skipped": "2",
        "time": "1.750",
    }
    assert [
        (case.get("classname"), case.get("name"), [child.tag for child in case][1:])
        for case in suite
    ] == [
        ("t.test_a", "test_p", []),
        ("t.test_a.TestX", "test_f[1]", ["failure"]),
        ("t.test_a", "test_e", ["error"]),
        ("t.test_a", "test_s", ["skipped"]),
        ("t.test_a", "test_x", ["skipped"]),
        ("t.test_a", "test_r", ["failure"]),
    ]
    assert [case.find("*/property").get("value") for case in suite] == [
        *(test.nodeid for test in story.finished),
        story.running,
    ]
    assert suite[5].find("failure").get("message") == CAUSE
    assert suite[3].find("skipped").get("type") == "pytest.skip"
    assert suite[4].find("skipped").get("type") == "pytest.xfail"


def test_no_test_was_running(tmp_path):
    suite = report(tmp_path, Story())
    (case,) = suite
    assert (case.get("classname"), case.get("name")) == (
        "//t:test_a",
        "(no test running)",
    )
    assert case.find("error").get("message") == CAUSE
    assert suite.get("errors") == "1"


def test_what_xml_cannot_say(tmp_path):
    story = Story(
        finished=[Finished("a.py::b[\x1b\ud800]", "failed", 0, "\0", "☃\x07")]
    )
    case = report(tmp_path, story)[0]
    assert case.get("name") == "b[#x1B#xD800]"
    assert case.find("failure").get("message") == "#x00"
    assert case.find("failure").text == "☃#x07"


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("t/test_a.py::test_x", ("t.test_a", "test_x")),
        ("test_a.py::TestX::test_y[a::b/c.py]", ("test_a.TestX", "test_y[a::b/c.py]")),
        ("t/test_a.py", ("", "t.test_a")),
    ],
)
def test_address(nodeid, expected):
    assert junit.address(nodeid) == expected
