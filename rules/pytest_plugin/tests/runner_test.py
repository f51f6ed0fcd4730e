"""runner: setting pytest up, and what becomes of its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rules_xdist
from rules_xdist.filter import Filter
from rules_xdist.identity import Shard, Worker
from rules_xdist.runner import pytest_args
from rules_xdist.selection import Markers, Selection
from rules_xdist.settings import Settings


def settings(config="", **fields):
    files = ("t/test_a.py", "t/test_b.py")
    return Settings(
        selection=Selection("//t:a", "load", files, ("rest",), {}, Markers(), config),
        target="//t:a",
        dist="load",
        shard=Shard(),
        worker=Worker.of("//t:a", Shard(), "1"),
        filter=Filter(),
        run="1",
        start="/runfiles",
        **{"xml_path": "", "tmpdir": "", "fail_fast": False} | fields,
    )


def test_workers_load_the_plugin_of_ours():
    args = pytest_args(settings(workers=2), ["-x"])
    place = args.index("-p")
    assert args[place : place + 2] == ["-p", "rules_xdist.worker"]
    assert args[:place] + args[place + 2 :] == pytest_args(settings(), ["-x"])


def test_arguments_by_hand():
    assert pytest_args(settings(), []) == [
        "--rootdir=.",
        "--config-file=/dev/null",
        "--confcutdir=.",
        "t/test_a.py",
        "t/test_b.py",
    ]


def test_arguments_under_bazel():
    full = settings("pytest.ini", xml_path="/x.xml", tmpdir="/tmp/t", fail_fast=True)
    assert pytest_args(full, ["-k", "x"]) == [
        "--rootdir=.",
        "--config-file=pytest.ini",
        "--override-ini=cache_dir=/tmp/t/pytest_cache",
        "--exitfirst",
        "t/test_a.py",
        "t/test_b.py",
        "-k",
        "x",
    ]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def test_x(): pass", 0),
        ("x = 1", 0),
        ("def test_x(): assert 0", 1),
        ("def test_x(): raise KeyboardInterrupt", 2),
        ("import nosuchmodule", 2),
        ("def test_x(: pass", 2),
        ("import pytest\ndef test_x(): pytest.exit('enough', returncode=9)", 9),
    ],
)
def test_exit_code_of_a_shard(target, source, code):
    target.write("tests/test_a.py", source)
    run = target.run()
    assert run.code == code, run.output


def test_a_file_that_is_not_there(target):
    run = target.run()
    assert run.code == 4
    assert "file or directory not found: tests/test_a.py" in run.output


def test_a_broken_selection(target):
    target.write("selection.json", "{\n  nonsense}")
    run = target.run()
    assert run.code == 4
    assert run.output.startswith("rules_xdist: selection.json:2: not JSON: Expecting")


def test_all_that_is_wrong_with_a_selection(target):
    target.select(dist="laod", runs=["db"])
    run = target.run()
    assert run.code == 4
    assert [line.split(":")[:3] for line in run.output.splitlines()] == [
        ["rules_xdist", " selection.json", ' "dist"'],
        ["rules_xdist", " selection.json", ' "runs"'],
    ]


@pytest.mark.parametrize("shard", [("x", 2), (2, 2)])
def test_sharding_is_advertised_whatever_follows(target, shard):
    run = target.run(shard=shard)
    assert run.code == 4
    assert target.status.exists()
    assert run.output.startswith("rules_xdist: TEST_SHARD_INDEX: ")


def test_without_pytest(target):
    run = subprocess.run(
        # -S: without the folders of installed packages.
        [sys.executable, "-S", "-c", "from rules_xdist.runner import main; main()"],
        cwd=target.root,
        env=target.environ() | {"PYTHONPATH": str(plugin_folder())},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 4
    assert run.stderr == (
        "rules_xdist: pytest: No module named 'pytest': "
        "it must be among the test's dependencies\n"
    )


def plugin_folder():
    return Path(rules_xdist.__file__).parent.parent


def test_by_hand(target, plain_environ):
    target.write("tests/test_a.py", "def test_x(worker_id): assert worker_id != 'gw0'")
    run = subprocess.run(
        [sys.executable, str(plugin_folder() / "xdist_main.py"), "-q"],
        cwd=target.root,
        env=plain_environ | {"RULES_XDIST_SELECTION": "selection.json"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


def test_arguments_of_the_user_come_last(target):
    target.write("tests/test_a.py", "def test_x(): pass\ndef test_y(): pass")
    run = target.run("--collect-only", "-q", "-k", "test_y")
    assert "test_y" in run.output
    assert "1/2 tests collected (1 deselected)" in run.output


def test_fail_fast(target):
    target.write("tests/test_a.py", "def test_x(): assert 0\ndef test_y(): pass")
    run = target.run(env={"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"})
    assert run.code == 1
    assert [*run.outcomes.values()] == ["failure", "skipped"]


ENVIRONMENT_TEST = """
    import os, pathlib, socket, sys, tempfile

    def test_environment(pytestconfig, tmp_path):
        assert sys.dont_write_bytecode
        cache = pytestconfig.cache.mkdir("x")
        assert str(cache).startswith(os.environ["TEST_TMPDIR"])
        assert sys.path.count({plugin_folder!r}) == 1, "by PYTHONPATH only"
        socket.socket(socket.AF_UNIX).bind(str(tmp_path / "a-socket-of-the-suites"))
        pathlib.Path(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "x").write_text(
            tempfile.gettempdir()
        )
"""


def test_environment_of_tests(target):
    source = ENVIRONMENT_TEST.format(plugin_folder=str(plugin_folder()))
    target.write("tests/test_a.py", source)
    # As long as Bazel's.
    tmpdir = target.tmpdir / ("x" * 80)
    tmpdir.mkdir()
    outputs = target.root.parent / "outputs"
    environ = {
        "TEST_TMPDIR": str(tmpdir),
        "TEST_UNDECLARED_OUTPUTS_DIR": str(outputs),
        "TMPDIR": "/tmp",
    }
    run = target.run(env=environ)
    assert run.code == 0, run.output
    assert {*os.listdir(target.root)} == {"selection.json", "tests"}
    tmpdir = Path((outputs / "x").read_text())
    assert tmpdir.parent == Path("/tmp")
    assert not tmpdir.exists(), "cleaned up"


def test_a_tmpdir_that_is_set_stays(target, tmp_path):
    target.write(
        "tests/test_a.py",
        "import os\ndef test_x(): assert os.environ['TMPDIR'].endswith('short')",
    )
    run = target.run(env={"TMPDIR": str(tmp_path / "short")})
    assert run.code == 0, run.output


@pytest.mark.parametrize("config", ["pytest.ini", "conf/pytest.toml", "tests/tox.ini"])
def test_node_ids_are_relative_to_the_workspace(target, config):
    if config == "pytest.ini":
        target.write(config, "[pytest]\npython_functions = check_*\n")
    elif config.endswith("toml"):
        config = "conf/pyproject.toml"
        target.write(config, "[tool.pytest.ini_options]\npython_functions='check_*'\n")
    else:
        target.write(config, "[pytest]\npython_functions = check_*\n")
    target.write("tests/test_a.py", "def check_x(): pass")
    target.select(config=config)
    run = target.run()
    assert (run.code, run.outcomes) == (0, {"tests/test_a.py::check_x": "passed"})


def test_nothing_above_the_workspace_is_read(target):
    above = target.root.parent
    (above / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (above / "conftest.py").write_text("raise Exception('not an input')")
    target.write("tests/test_a.py", "def test_x(): pass")
    run = target.run()
    assert (run.code, [*run.outcomes]) == (0, ["tests/test_a.py::test_x"])


def test_runfiles_that_are_symlinks(target, tmp_path):
    for name in ("tests/conftest.py", "tests/test_a.py", "pytest.ini"):
        source = tmp_path / name.replace("/", "-").replace("test_", "source_")
        (target.root / "tests").mkdir(exist_ok=True)
        (target.root / name).symlink_to(source)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests-conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef one(): return 1\n"
    )
    (tmp_path / "tests-source_a.py").write_text("def test_x(one): assert one == 1\n")
    target.select(config="pytest.ini")
    run = target.run()
    assert run.outcomes == {"tests/test_a.py::test_x": "passed"}, run.output


def test_what_pytest_said_counts_over_a_later_exit_code(target):
    target.write(
        "tests/test_a.py",
        """
        import atexit, os

        def test_x():
            atexit.register(os._exit, 0)
            assert 0
        """,
    )
    assert target.run().code == 1


def test_an_error_after_pytest_counts_too(target):
    target.write(
        "tests/test_a.py",
        "import atexit, os\ndef test_x(): atexit.register(os._exit, 3)",
    )
    assert target.run().code == 3


def test_coverage_of_the_process_around_the_runner(target):
    pytest.importorskip("coverage")
    target.write("tests/test_a.py", "def test_x():\n    assert 1\n")
    main = str(plugin_folder() / "xdist_main.py")
    python = [sys.executable, "-m", "coverage"]
    environ = target.environ() | {"COVERAGE_FILE": "data"}
    for command in (
        ["run", "--include=tests/*", main],
        ["json", "-o", "coverage.json"],
    ):
        run = subprocess.run(
            [*python, *command], cwd=target.root, env=environ, capture_output=True
        )
        assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads((target.root / "coverage.json").read_text())
    assert report["files"]["tests/test_a.py"]["executed_lines"] == [1, 2]
