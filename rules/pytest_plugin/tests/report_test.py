"""runner: the JUnit report of a shard that came to its end."""

from xml.etree import ElementTree


def test_outcomes_are_pytests_own(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        def test_passes(): pass
        def test_fails(): assert 0
        def test_skips(): pytest.skip("why")
        @pytest.mark.xfail
        def test_xfails(): assert 0
        @pytest.mark.xfail
        def test_xpasses(): pass
        @pytest.fixture
        def broken(): yield 1 / 0
        def test_errors(broken): pass
        """,
    )
    run = target.run()
    assert run.code == 1
    assert run.outcomes == {
        "tests/test_a.py::test_passes": "passed",
        "tests/test_a.py::test_fails": "failure",
        "tests/test_a.py::test_skips": "skipped",
        "tests/test_a.py::test_xfails": "xfailed",
        "tests/test_a.py::test_xpasses": "passed",
        "tests/test_a.py::test_errors": "error",
    }
    counts = "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error"
    assert counts in run.output


def test_an_item_that_fails_twice_is_one_case(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        @pytest.fixture
        def broken():
            yield
            1 / 0

        def test_twice(broken): assert 0
        """,
    )
    run = target.run()
    (case,) = run.cases
    assert case.find("failure").get("message") == "assert 0"
    assert "ZeroDivisionError" in case.find("failure").text


def properties(element):
    return {
        each.get("name"): each.get("value")
        for each in element.findall("properties/property")
    }


def test_what_a_case_tells(target):
    target.write(
        "tests/test_a.py",
        """
        import sys

        class TestX:
            def test_tells(self, record_property, record_testsuite_property):
                print("to out")
                print("to err", file=sys.stderr)
                record_property("mine", 1)
                record_testsuite_property("ours", 2)
        """,
    )
    target.select(dist="loadscope")
    run = target.run()
    assert run.code == 0, run.output
    (case,) = run.cases
    assert case.get("classname") == "tests.test_a.TestX"
    assert (case.get("file"), case.get("line")) == ("tests/test_a.py", "5")
    assert float(case.get("time")) > 0
    assert properties(case) == {
        "mine": "1",
        "nodeid": "tests/test_a.py::TestX::test_tells",
        "unit": "tests/test_a.py::TestX",
    }
    assert case.findtext("system-out") == "to out\n"
    assert case.findtext("system-err") == "to err\n"
    suite = properties(ElementTree.parse(target.xml).getroot().find("testsuite"))
    assert (suite["shard"], suite["ours"]) == ("shard 1 of 1", "2")
    assert suite["target"] == target.label


def test_the_report_is_xml_whatever_tests_say(target):
    target.write(
        "tests/test_a.py",
        r"""
        import os, pytest

        @pytest.mark.parametrize("text", ["\0\x1b[31m", "\ud800", "]]>", "\ufffe"])
        def test_says(text, record_property):
            record_property("text", text)
            os.write(1, text.encode("utf-8", "surrogatepass") + b"\xff\xfe")
            assert 0, text
        """,
    )
    run = target.run()
    assert (run.code, len(run.cases)) == (1, 4), run.output


def test_a_file_that_skips_itself_and_one_that_cannot_be_collected(target):
    target.write(
        "tests/test_a.py", "import pytest\npytest.skip('w', allow_module_level=1)"
    )
    target.write("tests/test_b.py", "import nosuchmodule")
    target.select(files=["tests/test_a.py", "tests/test_b.py"])
    run = target.run()
    assert run.code == 2
    assert run.outcomes == {" tests.test_a": "skipped", " tests.test_b": "error"}
