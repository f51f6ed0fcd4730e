"""nodeids and runner: a project in a folder runs as `cd svc && pytest` does."""

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rules_xdist.nodeids import in_workspace

VECTORS = Path(__file__).with_name("nodeid_vectors.json")
INI = """
    [pytest]
    testpaths = tests
    pythonpath = src
    addopts = --deselect tests/test_a.py::test_left_out --ignore=tests/ignored
"""
SUITE = """
    import os
    from pathlib import Path

    import library

    def test_left_out(): assert False

    def test_current_folder():
        assert Path("tests/data/x.json").read_text() == "{}"

    def test_rootpath(pytestconfig):
        assert (pytestconfig.rootpath / "tests/data/x.json").read_text() == "{}"
        assert pytestconfig.inipath == pytestconfig.rootpath / "pytest.ini"
        assert pytestconfig.invocation_params.dir == pytestconfig.rootpath

    def test_ids(request):
        assert request.node.nodeid == "tests/test_a.py::test_ids"
        assert os.environ["PYTEST_CURRENT_TEST"].startswith("tests/test_a.py::test_ids")

    def test_children():
        import subprocess, sys
        done = subprocess.run([sys.executable, "-c", "import beside"], cwd="/")
        assert done.returncode == 0
"""
NAMES = ("test_current_folder", "test_rootpath", "test_ids", "test_children")
PASSED = {f"tests/test_a.py::{name}": "passed" for name in NAMES}


@pytest.fixture
def project(target):
    target.write("svc/pytest.ini", INI)
    target.write("svc/src/library.py", "")
    target.write("svc/tests/test_a.py", SUITE)
    target.write("svc/tests/data/x.json", "{}")
    target.write("lib/beside.py", "")
    target.select(**SELECTION)
    return target


SELECTION = {
    "root": "svc",
    "config": "svc/pytest.ini",
    "files": ["svc/tests/test_a.py"],
}


def environ(project, **others):
    path = project.environ()["PYTHONPATH"] + os.pathsep + "lib"
    return {"PYTHONPATH": path, **others}


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text()))
def test_ids_in_the_workspace(vector):
    assert in_workspace(vector["root"], vector["nodeid"]) == vector["workspace"]


@pytest.mark.parametrize(
    "how", [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}]
)
def test_a_project_runs_where_it_is(project, how):
    if "RULES_XDIST_WORKERS" in how:
        pytest.importorskip("xdist")
    run = project.run(env=environ(project, **how))
    assert run.code == 0, run.output
    assert run.outcomes == PASSED
    case = next(each for each in run.cases if each.get("name") == "test_ids")
    assert (case.get("file"), case.get("classname")) == (
        "tests/test_a.py",
        "tests.test_a",
    )
    report = ElementTree.parse(project.xml).getroot()
    said = {each.get("name"): each.get("value") for each in report.iter("property")}
    assert said["pytest_root"] == "svc"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_project_of_another_repository(project, workers):
    if workers == "2":
        pytest.importorskip("xdist")
    project.write("../other/svc/pytest.ini", INI)
    project.write("../other/svc/src/library.py", "")
    project.write("../other/svc/tests/test_a.py", SUITE)
    project.write("../other/svc/tests/data/x.json", "{}")
    how = {"RULES_XDIST_ROOT": "../other", "RULES_XDIST_WORKERS": workers}
    run = project.run(env=environ(project, **how))
    assert run.code == 0, run.output
    assert run.outcomes == PASSED


def test_a_configuration_elsewhere_moves_nothing(project):
    project.write("config/pytest.ini", "[pytest]\n")
    project.write("svc/tests/test_a.py", "def test_x(request): pass")
    project.select(config="config/pytest.ini", files=["svc/tests/test_a.py"])
    assert [*project.run().outcomes] == ["svc/tests/test_a.py::test_x"]


@pytest.mark.parametrize(
    "asked",
    [
        "svc/tests/test_a.py::test_ids",
        "tests/test_a.py::test_ids",
        "test_a.py::test_ids",
        "test_ids",
    ],
)
def test_filters_name_tests_from_the_workspace_or_the_project(project, asked):
    run = project.run(env=environ(project, TESTBRIDGE_TEST_ONLY=asked))
    assert run.code == 0, run.output
    assert [*run.outcomes] == ["tests/test_a.py::test_ids"]


def test_weights_name_tests_from_the_workspace(project):
    ids = "svc/tests/test_a.py::test_ids"
    project.select(**SELECTION, weights={ids: 64, "tests/test_a.py::test_ids": 64})
    shards = [project.run(shard=(n, 2), env=environ(project)) for n in range(2)]
    assert [*shards[0].outcomes] == ["tests/test_a.py::test_ids"]
    assert len(shards[1].outcomes) == len(NAMES) - 1
    unknown = "weights: tests/test_a.py::test_ids: no such test"
    assert unknown in shards[0].output
    assert f"weights: {ids}" not in shards[0].output


def test_parts_of_a_project(project):
    project.write(
        "svc/tests/test_a.py",
        """
        import pytest

        def test_1(): pass
        @pytest.mark.serial
        def test_2(): pass
        @pytest.mark.xdist_group("late")
        def test_3(): pass
        """,
    )
    project.select(**SELECTION, elsewhere={"serial": ["svc/tests/test_a.py"]})
    run = project.run()
    assert run.outcomes == {
        "tests/test_a.py::test_1": "passed",
        "tests/test_a.py::test_3": "error",
    }


def test_a_crash_in_a_project(project):
    project.write(
        "svc/tests/test_a.py",
        """
        import os

        def test_1(): os._exit(7)
        def test_2(): assert os.path.exists("pytest.ini")
        """,
    )
    run = project.run()
    assert run.outcomes == {
        "tests/test_a.py::test_1": "failure",
        "tests/test_a.py::test_2": "passed",
    }
