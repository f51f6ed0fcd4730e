"""collect: what `xdist verify` learns from a plain pytest in a source tree."""

import importlib.util
import json
import subprocess
import sys

import pytest

PYTEST = [sys.executable, "-m", "pytest", "--collect-only", "-p", "rules_xdist.collect"]


@pytest.fixture
def collect(tmp_path, plain_environ):
    def run(*args, output="out.json"):
        return subprocess.run(
            [*PYTEST, *args],
            cwd=tmp_path,
            env=plain_environ | {"RULES_XDIST_COLLECT_OUTPUT": output},
            capture_output=True,
            text=True,
        )

    return run


def test_items_with_their_marks(tmp_path, collect):
    if importlib.util.find_spec("xdist"):
        ini = "[pytest]\naddopts = -n 2 --dist loadgroup\n"
        (tmp_path / "pytest.ini").write_text(ini)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_b.py").write_text("def test_plain(): pass\n")
    (tmp_path / "tests" / "test_a.py").write_text(
        "import pytest\n"
        "pytestmark = pytest.mark.xdist_group('b')\n"
        "@pytest.mark.xdist_group(name='a')\n"
        "@pytest.mark.serial\n"
        "def test_y(): pass\n"
        "class TestX:\n"
        "    @pytest.mark.parametrize('n', ['u@v', 'u::v'])\n"
        "    def test_x(self, n): pass\n"
    )
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(trylast=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items[-1].add_marker(pytest.mark.serial)\n"
    )
    run = collect()
    assert run.returncode == 0, run.stdout + run.stderr
    a, b = "tests/test_a.py", "tests/test_b.py"
    assert json.loads((tmp_path / "out.json").read_text()) == [
        item(f"{a}::test_y", a, True, "a_b"),
        item(f"{a}::TestX::test_x[u@v]", a, False, "b"),
        item(f"{a}::TestX::test_x[u::v]", a, False, "b"),
        item(f"{b}::test_plain", b, True, None),
    ]


def item(nodeid, file, serial, group):
    return {"nodeid": nodeid, "file": file, "serial": serial, "group": group}


def test_nothing_collected(tmp_path, collect):
    assert collect().returncode == 5
    assert json.loads((tmp_path / "out.json").read_text()) == []


def test_nowhere_to_write_to(collect):
    run = collect(output="")
    assert run.returncode == 4
    assert "RULES_XDIST_COLLECT_OUTPUT: not set: must be the file to write to" in (
        run.stdout + run.stderr
    )
