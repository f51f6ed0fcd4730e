"""junit: the report of a shard that crashed."""

from xml.etree import ElementTree

import pytest

from rules_xdist import junit, verdict
from rules_xdist.journal import Attempt, Finished, Planned, Story

CAUSE = "killed by signal 9 (SIGKILL)"


def report(tmp_path, story, left="", **properties):
    path = tmp_path / "test.xml"
    junit.write(str(path), "//t:test_a", story, left, properties)
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
            Finished("t/test_a.py::test_u", "xpassed", 0, "reason"),
        ],
        running=["t/test_a.py::test_r"],
    )
    suite = report(tmp_path, story)
    assert suite.attrib == {
        "name": "pytest",
        "tests": "7",
        "failures": "2",
        "errors": "1",
        "skipped": "2",
        "time": "1.750",
    }
    cases = suite.findall("testcase")
    assert [
        (case.get("classname"), case.get("name"), [child.tag for child in case][1:])
        for case in cases
    ] == [
        ("t.test_a", "test_p", []),
        ("t.test_a.TestX", "test_f[1]", ["failure"]),
        ("t.test_a", "test_e", ["error"]),
        ("t.test_a", "test_s", ["skipped"]),
        ("t.test_a", "test_x", ["skipped"]),
        ("t.test_a", "test_u", []),
        ("t.test_a", "test_r", ["failure"]),
    ]
    assert [properties(case)["nodeid"] for case in cases] == [
        *(test.nodeid for test in story.finished),
        story.running[0],
    ]
    assert cases[3].find("skipped").get("type") == "pytest.skip"
    assert cases[4].find("skipped").get("type") == "pytest.xfail"
    assert properties(cases[5])["xpass"] == "reason"
    assert cases[6].find("failure").get("message") == "pytest ended while it ran"


def properties(element):
    return {
        each.get("name"): each.get("value")
        for each in element.findall("properties/property")
    }


def test_what_is_known_of_a_test_from_the_plan(tmp_path):
    plan = [
        Planned("a.py::b", "group:x", "a.py", 7),
        Planned("a.py::c", "u", "a.py", 9),
    ]
    done = Finished(
        "a.py::b", "passed", out="out", err="err", properties=(("mine", "1"),)
    )
    suite = report(
        tmp_path,
        Story(planned=plan, finished=[done], properties={"suite's": "2"}),
        left="why",
        shard="shard 1 of 2",
    )
    ran, left = suite.findall("testcase")
    assert (ran.get("file"), ran.get("line")) == ("a.py", "7")
    assert properties(ran) == {"mine": "1", "nodeid": "a.py::b", "unit": "group:x"}
    assert (ran.findtext("system-out"), ran.findtext("system-err")) == ("out", "err")
    assert left.find("error").get("message") == "never ran: why"
    assert left.get("line") == "9"
    assert properties(suite) == {"shard": "shard 1 of 2", "suite's": "2"}


@pytest.mark.parametrize(
    ("why", "tag"), [(verdict.ENOUGH_FAILED, "skipped"), ("it died", "error")]
)
def test_tests_that_never_ran_are_cases(tmp_path, why, tag):
    story = Story(planned=[Planned("a.py::b")], exit_code=1)
    case = report(tmp_path, story, left=why).find("testcase")
    assert case.find(tag).get("message") == f"never ran: {why}"


def test_files_that_could_not_be_collected(tmp_path):
    story = Story(collected={"a.py": Finished("a.py", "error", message="m", text="t")})
    case = report(tmp_path, story).find("testcase")
    assert (case.get("name"), case.find("error").text) == ("a", "t")
    assert case.find("properties") is None, "a file has no node id"


def test_no_test_was_running(tmp_path):
    suite = report(tmp_path, Story(causes=[CAUSE]))
    case = suite.find("testcase")
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
    case = report(tmp_path, story).find("testcase")
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


def test_attempts_before_the_last(tmp_path):
    earlier = (Attempt("failed", "m\0", "text"), Attempt("error", "e", ""))
    story = Story(
        finished=[
            Finished("t/test_a.py::test_p", "passed", earlier=earlier),
            Finished("t/test_a.py::test_f", "failed", earlier=earlier),
        ]
    )
    suite = report(tmp_path, story)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    flaky, failed = suite.findall("testcase")
    assert [child.tag for child in flaky][1:] == ["flakyFailure", "flakyError"]
    assert [child.tag for child in failed][1:] == [
        "failure",
        "rerunFailure",
        "rerunError",
    ]
    assert flaky.find("flakyFailure").get("message") == "m#x00"
    assert flaky.findtext("flakyFailure/stackTrace") == "text"
