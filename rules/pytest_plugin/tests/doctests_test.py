"""doctests: a target of doctests runs those that a plain pytest collects, and no more."""

import subprocess
import sys

import pytest

FILES = {
    "pytest.ini": "[pytest]\naddopts = --doctest-modules --doctest-glob=*.md\n",
    "lib/__init__.py": '"""\n>>> from lib.core import twice\n>>> twice(2)\n4\n"""\n',
    "lib/conftest.py": '"""\n>>> 1\n1\n"""\n',
    "lib/core.py": '''
def twice(n):
    """
    >>> twice(3)
    6
    >>> twice(4)
    9
    """
    return n * 2

def test_connection(): raise Exception("no test")
''',
    "lib/plain.py": '"""\n>>> import lib.plain\n"""\ndef test_(): raise Exception()\n',
    "docs/usage.md": "    >>> 2 + 2\n    5\n",
    "docs/test_guide.txt": ">>> 2 + 2\n4\n",
    "tests/test_a.py": '"""\n>>> 1 + 1\n2\n"""\ndef test_x():\n  ">>> 1\\n1"\n',
}


def write(target):
    for path, text in FILES.items():
        target.write(path, text)


def plain(target, environ, *args):
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *args],
        cwd=target.root,
        env=environ,
        capture_output=True,
        text=True,
    ).stdout
    return {line for line in found.splitlines() if "::" in line}


def test_of_modules_and_text_files(target, plain_environ):
    write(target)
    expected = plain(target, plain_environ, "lib", "docs")
    files = sorted({nodeid.split("::")[0] for nodeid in expected})
    assert files == [
        "docs/usage.md",
        "lib/__init__.py",
        "lib/conftest.py",
        "lib/core.py",
        "lib/plain.py",
    ]
    target.select(files=files, config="pytest.ini", doctests=True)
    run = target.run()
    assert {*run.outcomes} == expected, run.output
    failed = {nodeid for nodeid, how in run.outcomes.items() if how != "passed"}
    assert failed == {"docs/usage.md::usage.md", "lib/core.py::lib.core.twice"}
    assert run.code == 1


@pytest.mark.parametrize("shards", [1, 2])
def test_of_a_test_file_with_its_tests(target, plain_environ, shards):
    write(target)
    expected = plain(target, plain_environ, "tests")
    assert len(expected) == 3
    target.select(config="pytest.ini")
    runs = [target.run(shard=(n, shards)) for n in range(shards)]
    assert {nodeid for run in runs for nodeid in run.outcomes} == expected
    assert {run.code for run in runs} == {0}


def test_by_default_pytest_takes_text_files_for_doctests(target, plain_environ):
    write(target)
    target.write("pytest.ini", "")
    expected = plain(target, plain_environ, "docs")
    assert expected == {"docs/test_guide.txt::test_guide.txt"}
    target.select(files=["docs/test_guide.txt"], doctests=True)
    run = target.run()
    assert {*run.outcomes} == expected and run.code == 0


def test_files_of_a_collector_in_a_conftest(target, plain_environ):
    target.write(
        "tests/conftest.py",
        """
        import pytest

        class Made(pytest.Item):
            def runtest(self): pass

        class Case(pytest.File):
            def collect(self):
                yield Made.from_parent(self, name="made")

        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".case":
                return Case.from_parent(parent, path=file_path)
        """,
    )
    target.write("tests/a.case", "")
    target.select(files=["tests/a.case"])
    run = target.run()
    assert {*run.outcomes} == plain(target, plain_environ, "tests"), run.output
    assert run.code == 0
