"""ignoring: what pytest passes over when it looks for tests, a shard passes over, too."""

import pytest

CONFTEST = """
    import sys

    collect_ignore = ["test_listed.py", "folder"]
    collect_ignore_glob = ["*_wip.py"]

    def pytest_ignore_collect(collection_path):
        if collection_path.name == "test_hooked.py":
            return True
"""
NEVER = "raise RuntimeError('never import me')"
FILES = [
    "tests/test_hooked.py",
    "tests/test_listed.py",
    "tests/test_new_wip.py",
    "tests/folder/test_in_folder.py",
    "other/test_option.py",
]


@pytest.fixture
def suite(target):
    target.write("pytest.ini", "[pytest]\naddopts = --ignore=other/test_option.py")
    target.write("tests/conftest.py", CONFTEST)
    for file in FILES:
        target.write(file, NEVER)
    target.write("tests/test_a.py", "def test_a(): pass")
    return target


@pytest.mark.parametrize(
    "env", [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}]
)
def test_files_are_passed_over_by_name(suite, env):
    if "RULES_XDIST_WORKERS" in env:
        pytest.importorskip("xdist")
    suite.select(config="pytest.ini", files=["tests/test_a.py", *FILES])
    run = suite.run(env=env)
    assert run.code == 0, run.output
    assert run.outcomes == {"tests/test_a.py::test_a": "passed"}
    for file in FILES:
        assert f"{file}: pytest passes this file over" in run.output


def test_nothing_is_left(suite):
    suite.select(config="pytest.ini", files=FILES)
    run = suite.run()
    assert (run.code, run.outcomes) == (0, {}), run.output


def test_a_folder_that_pytest_never_enters_may_be_named(suite):
    suite.write("dist/test_b.py", "def test_b(): pass")
    suite.select(config="pytest.ini", files=["dist/test_b.py"])
    assert suite.run().outcomes == {"dist/test_b.py::test_b": "passed"}


def test_files_of_a_test_root_in_a_folder(suite):
    suite.write("svc/pytest.ini", "[pytest]\naddopts = --ignore=tests/test_option.py")
    suite.write("svc/tests/test_option.py", NEVER)
    suite.write("svc/tests/test_b.py", "def test_b(): pass")
    files = ["svc/tests/test_b.py", "svc/tests/test_option.py"]
    suite.select(config="svc/pytest.ini", root="svc", files=files)
    run = suite.run()
    assert (run.code, [*run.outcomes.values()]) == (0, ["passed"]), run.output
