"""collect: what `xdist verify` learns from a plain pytest in a source tree."""

import importlib.util
import json
import subprocess
import sys

import pytest

PYTEST = [sys.executable, "-m", "pytest", "--collect-only", "-p", "rules_xdist.collect"]


@pytest.fixture
def collect(tmp_path, plain_environ):
    def run(*args, markers=None, output="out.json"):
        (tmp_path / "markers.json").write_text(json.dumps(markers or {}))
        return subprocess.run(
            [*PYTEST, *args],
            cwd=tmp_path,
            env=plain_environ
            | {
                "RULES_XDIST_COLLECT_MARKERS": "markers.json",
                "RULES_XDIST_COLLECT_OUTPUT": output,
            },
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
        "pytestmark = [pytest.mark.xdist_group('b'), pytest.mark.together('c')]\n"
        "@pytest.mark.xdist_group(name='a')\n"
        "@pytest.mark.serial\n"
        "def test_y(): pass\n"
        "@pytest.mark.alone\n"
        "class TestX:\n"
        "    pytestmark = [pytest.mark.unit, pytest.mark.slow]\n"
        "    @pytest.mark.parametrize('n', ['u@v', 'u::v'])\n"
        "    def test_x(self, n): pass\n"
    )
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(trylast=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items[-1].add_marker(pytest.mark.alone)\n"
    )
    a, b = "tests/test_a.py", "tests/test_b.py"
    run = collect(
        markers={
            a: {
                "serial": ["serial"],
                "group": ["together", "xdist_group"],
                "split": ["slow", "unit", "unused"],
            },
            b: {"serial": ["alone"], "group": ["xdist_group"], "split": ["unit"]},
        }
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads((tmp_path / "out.json").read_text()) == [
        item(f"{a}::test_y", a, True, "a_b_c"),
        item(f"{a}::TestX::test_x[u@v]", a, False, "b_c", "slow", "unit"),
        item(f"{a}::TestX::test_x[u::v]", a, False, "b_c", "slow", "unit"),
        item(f"{b}::test_plain", b, True, None),
    ]


def test_marks_mean_nothing_in_a_file_of_no_target(tmp_path, collect):
    (tmp_path / "test_a.py").write_text(
        "import pytest\n@pytest.mark.serial\ndef test_x(): pass\n"
    )
    assert collect().returncode == 0
    assert json.loads((tmp_path / "out.json").read_text()) == [
        item("test_a.py::test_x", "test_a.py", False, None)
    ]


def item(nodeid, file, serial, group, *markers):
    return {
        "nodeid": nodeid,
        "file": file,
        "serial": serial,
        "group": group,
        "markers": [*markers],
    }


def test_nothing_collected(tmp_path, collect):
    assert collect().returncode == 5
    assert json.loads((tmp_path / "out.json").read_text()) == []


def test_nowhere_to_write_to(collect):
    run = collect(output="")
    assert run.returncode == 4
    assert "RULES_XDIST_COLLECT_OUTPUT: not set: must be a file to write" in (
        run.stdout + run.stderr
    )
