"""collect: what `xdist verify` learns from a plain pytest in a source tree."""

import importlib.util
import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import rules_xdist
from rules_xdist.collect import _location, _python

PYTEST = [sys.executable, "-m", "pytest", "--collect-only", "-p", "rules_xdist.collect"]


@pytest.fixture
def collect(tmp_path, plain_environ):
    def run(*args, markers=None, output="out.json", **env):
        (tmp_path / "markers.json").write_text(json.dumps(markers or {}))
        return subprocess.run(
            [*PYTEST, *args],
            cwd=tmp_path,
            env=plain_environ
            | {
                "RULES_XDIST_COLLECT_MARKERS": "markers.json",
                "RULES_XDIST_COLLECT_OUTPUT": output,
            }
            | env,
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
        "import enum, pytest\n"
        "class Group(str, enum.Enum): B = 'b'\n"
        "pytestmark = [pytest.mark.xdist_group(Group.B), pytest.mark.together('c')]\n"
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
    assert items(tmp_path) == [
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
    assert items(tmp_path) == [item("test_a.py::test_x", "test_a.py", False, None)]


def items(folder):
    return json.loads((folder / "out.json").read_text())["items"]


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
    assert items(tmp_path) == []


def test_nowhere_to_write_to(collect):
    run = collect(output="")
    assert run.returncode == 4
    assert "RULES_XDIST_COLLECT_OUTPUT: not set: must be a file to write" in (
        run.stdout + run.stderr
    )


def test_what_cannot_be_collected(tmp_path, collect):
    for path, text in {
        "sub/test_a.py": "def test_x(): pass",
        "sub/test_b.py": "import no_such_module",
        "sub/test_c.py": "import pytest\npytest.importorskip('no_such_module')",
        "odd/conftest.py": "import pytest\npytest.skip('odd', allow_module_level=True)",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    # In a test root, files are still named by the workspace's paths.
    root = tmp_path.name
    run = collect("--rootdir=.", RULES_XDIST_COLLECT_ROOT=str(tmp_path.parent))
    assert run.returncode == 2, run.stdout + run.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["items"] == [
        item(f"{root}/sub/test_a.py::test_x", f"{root}/sub/test_a.py", False, None)
    ]
    missing = "No module named 'no_such_module'"
    assert found["uncollected"] == [
        {"file": f"{root}/odd", "failed": False, "why": "odd"},
        {
            "file": f"{root}/sub/test_b.py",
            "failed": True,
            "why": f"ModuleNotFoundError: {missing}",
        },
        {
            "file": f"{root}/sub/test_c.py",
            "failed": False,
            "why": f"could not import 'no_such_module': {missing}",
        },
    ]


def test_what_is_left_out_is_not_even_imported(tmp_path, collect):
    for path in ("tests_odd/conftest.py", "tests_odd/test_a.py", "sub/odd/test_b.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("raise Exception('was imported')")
    (tmp_path / "sub" / "test_c.py").write_text("def test_x(): pass")
    (tmp_path / "ignored.json").write_text('["tests_odd", "sub/odd/test_b.py"]')
    run = collect(RULES_XDIST_COLLECT_IGNORED="ignored.json")
    assert run.returncode == 0, run.stdout + run.stderr
    assert [each["nodeid"] for each in items(tmp_path)] == ["sub/test_c.py::test_x"]


def test_a_shard_says_what_it_collects(target):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        @pytest.mark.parametrize("path", [os.path.join(os.getcwd(), "tests", "data")])
        def test_x(path): pass
        @pytest.mark.serial
        def test_s(): pass
        @pytest.mark.xdist_group("db")
        def test_g(): pass
        """,
    )
    target.write("tests/test_b.py", "import pytest\npytest.importorskip('nope')")
    files = ["tests/test_a.py", "tests/test_b.py"]
    target.select(
        files=files, runs=["rest", "group:db"], elsewhere={"serial": files[:1]}
    )
    run = target.run("--collect-only", "-prules_xdist.collect")
    assert run.code == 0, run.output
    assert run.cases == [] or {*run.outcomes.values()} == {"skipped"}
    [text] = [
        each.get("value")
        for each in ElementTree.parse(target.xml).iter("property")
        if each.get("name") == "collection"
    ]
    found = json.loads(text)
    a = "tests/test_a.py"
    assert found["target"] == "//tests:test_a"
    assert found["items"] == [
        item(f"{a}::test_x[tests/data]", a, False, None),
        item(f"{a}::test_g", a, False, "db"),
    ]
    assert [each["file"] for each in found["uncollected"]] == ["tests/test_b.py"]
    assert found["python"]["path"].startswith("/")
    assert {"path": os.path.dirname(os.path.dirname(rules_xdist.__file__))} in found[
        "path"
    ]
    # The standard library is the interpreter's own.
    assert {"path": os.path.dirname(os.__file__)} not in found["path"]


@pytest.mark.parametrize(
    ("path", "repository", "inner"),
    [
        ("x.runfiles/_main/src", "", "src"),
        ("x.runfiles/_main", "", ""),
        ("x.runfiles/pypi~x/site-packages", "pypi~x", "site-packages"),
        # A link out of the runfiles, as to an interpreter.
        ("base/external/python~3/bin/python3", "python~3", "bin/python3"),
        ("x.runfiles/linked/bin/python3", "python~3", "bin/python3"),
        ("machine/lib", None, None),
    ],
)
def test_where_a_module_or_an_interpreter_is(tmp_path, path, repository, inner):
    for folder in ("x.runfiles/_main", "x.runfiles/pypi~x", "base/external/python~3"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "base/external/python~3/bin").mkdir()
    (tmp_path / "x.runfiles/linked").symlink_to(tmp_path / "base/external/python~3")
    whole = str(tmp_path / path)
    found = _location(whole, str(tmp_path / "x.runfiles"), "_main")
    if repository is None:
        assert found == {"path": whole}
    else:
        assert found == {"repository": repository, "path": inner}


def test_the_interpreter_behind_a_virtual_environment(tmp_path, monkeypatch):
    real = tmp_path / "base/external/python~3/bin/python3.14"
    made = tmp_path / "x.runfiles/_main/tests/_test_a.venv/bin/python3"
    for path in (real, made):
        path.parent.mkdir(parents=True)
    real.touch()
    made.symlink_to(real)
    monkeypatch.setattr(sys, "_base_executable", str(made))
    found = _python(str(tmp_path / "x.runfiles"), "_main")
    assert found == {"repository": "python~3", "path": "bin/python3.14"}
    monkeypatch.setattr(sys, "_base_executable", "/usr/bin/python3")
    assert _python(str(tmp_path / "x.runfiles"), "_main") == {
        "path": "/usr/bin/python3"
    }
