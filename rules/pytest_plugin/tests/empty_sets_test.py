"""empty_sets: tests without parameters fail, unless the suite says that they may."""

from xml.etree import ElementTree

import pytest

SUITE = """
    import pytest
    from pathlib import Path

    CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))

    @pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
    def test_case(path): assert path.read_text()

    class TestCases:
        @pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
        def test_in_class(self, path): pass

    @pytest.fixture(params=CASES, ids=lambda path: path.name)
    def case(request): return request.param

    def test_fixture(case): pass

    def test_other(): pass
"""
PARAMETRISED = ("test_case", "TestCases::test_in_class", "test_fixture")


def outcomes_by_function(run):
    return {
        nodeid.partition("::")[2].partition("[")[0]: outcome
        for nodeid, outcome in run.outcomes.items()
    }


@pytest.fixture
def suite(target):
    target.write("tests/test_a.py", SUITE)
    return target


@pytest.mark.parametrize(
    "env",
    [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}],
    ids=["plain", "boxed", "workers"],
)
def test_each_fails_by_name_and_the_rest_runs(suite, env):
    if "RULES_XDIST_WORKERS" in env:
        pytest.importorskip("xdist")
    run = suite.run(env=env)
    assert run.code == 1, run.output
    assert outcomes_by_function(run) == {
        **dict.fromkeys(PARAMETRISED, "error"),
        "test_other": "passed",
    }
    text = "".join(ElementTree.tostring(case, "unicode") for case in run.cases)
    assert "tests/test_a.py::test_case[" in text
    assert "data of //tests:test_a" in text


def test_what_the_advice_says_of_data_helps(suite):
    assert "# gazelle:xdist_data auto cases/**" in suite.run().output
    suite.write("tests/cases/one.txt", "1")  # which the directive makes data
    assert outcomes_by_function(suite.run()) == dict.fromkeys(
        (*PARAMETRISED, "test_other"), "passed"
    )


@pytest.mark.parametrize(
    ("config", "before"),
    [
        ("pytest.ini", "[pytest]"),
        ("setup.cfg", "[tool:pytest]"),
        ("pyproject.toml", "[tool.pytest.ini_options]"),
        ("", ""),
    ],
)
def test_what_the_advice_says_of_the_configuration_helps(suite, config, before):
    if config:
        suite.write(config, before)
    suite.select(config=config)
    _, advice = suite.run().output.split("configuration and run Gazelle:\n", 1)
    section, option = (line[1:].strip() for line in advice.splitlines()[:2])
    assert section == before or not config
    config = config or "pytest.ini"
    suite.write(config, f"{section}\n{option}\n")
    suite.select(config=config)
    run = suite.run()
    assert run.code == 0, run.output
    assert outcomes_by_function(run)["test_case"] == "skipped"


@pytest.mark.parametrize(
    "decorator",
    [
        "@pytest.mark.parametrize('x', [])",
        "@pytest.mark.parametrize('x', argvalues=())",
        "@pytest.mark.skip('later')\n@pytest.mark.parametrize('x', VALUES)",
    ],
)
def test_what_the_source_says_is_skipped(target, decorator):
    target.write(
        "tests/test_a.py",
        f"import pytest\nVALUES = []\n{decorator}\ndef test_a(x): pass\n",
    )
    run = target.run()
    assert run.code == 0, run.output
    assert [*run.outcomes.values()] == ["skipped"]


def test_a_class_may_say_it_for_its_methods(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        @pytest.mark.parametrize("x", [])
        class Base:
            def test_a(self, x): pass

        class TestA(Base): pass
        """,
    )
    assert [*target.run().outcomes.values()] == ["skipped"]


def test_other_marks_of_the_option_are_kept(suite):
    suite.write("pytest.ini", "[pytest]\nempty_parameter_set_mark = xfail\n")
    suite.select(config="pytest.ini")
    assert outcomes_by_function(suite.run())["test_case"] == "xfailed"
