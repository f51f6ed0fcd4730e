"""plugin and standin: beside pytest-xdist and suites that are written for it."""

import os
import subprocess
import sys

import pytest

WORKER_TEST = """
    import os

    def test_worker(worker_id, testrun_uid):
        assert worker_id == os.environ["PYTEST_XDIST_WORKER"]
        assert worker_id.startswith("gw")
        assert testrun_uid == os.environ["PYTEST_XDIST_TESTRUNUID"]
        assert os.environ["PYTEST_XDIST_WORKER_COUNT"] == "2"
"""


@pytest.mark.parametrize("args", [[], ["-p", "no:xdist"]])
def test_worker_fixtures_win_over_those_of_pytest_xdist(target, args):
    target.write("tests/test_a.py", WORKER_TEST)
    run = target.run(*args, shard=(0, 2))
    assert run.code == 0, run.output
    assert len(run.outcomes) == 1


def test_worker_fixtures_lose_to_those_of_a_conftest(target):
    target.write(
        "conftest.py",
        """
        import pytest

        @pytest.fixture(scope="session")
        def worker_id(worker_id):
            return "mine " + worker_id
        """,
    )
    target.write(
        "tests/test_a.py",
        "def test_worker(worker_id): assert worker_id.startswith('mine gw')",
    )
    assert target.run().code == 0


@pytest.mark.parametrize(
    "addopts",
    [
        "-n auto --dist loadgroup",
        "-n 2 --maxprocesses=4 --no-loadscope-reorder",
        "--tx 2*popen --dist each",
    ],
)
def test_options_of_pytest_xdist_start_no_workers(target, addopts):
    target.write("pytest.ini", f"[pytest]\naddopts = {addopts}\n")
    target.write(
        "tests/test_a.py",
        """
        def test_here(request):
            assert request.config.workerinput["workercount"] == 1
            assert request.config.getoption("dist", "no") == "no"
        """,
    )
    target.select(config="pytest.ini")
    run = target.run()
    assert run.code == 0, run.output
    assert run.outcomes == {"tests/test_a.py::test_here": "passed"}


def test_plugins_that_look_at_the_options_early_see_no_workers_either(target):
    pytest.importorskip("xdist")
    target.write(
        "early.py",
        """
        import pytest

        # As pytest-cov does, to choose how to measure.
        @pytest.hookimpl(tryfirst=True)
        def pytest_load_initial_conftests(early_config):
            options = early_config.known_args_namespace
            assert (options.numprocesses, options.dist) == (0, "no")
        """,
    )
    target.write("tests/test_a.py", "def test_x(): pass")
    path = target.environ()["PYTHONPATH"] + os.pathsep + str(target.root)
    run = target.run("-n2", "-p", "early", env={"PYTHONPATH": path})
    assert run.code == 0, run.output


@pytest.mark.parametrize(
    "how", [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}]
)
def test_scripts_that_tests_start_find_the_modules_beside_them(target, how):
    if "RULES_XDIST_WORKERS" in how:
        pytest.importorskip("xdist")
    target.write(
        "tests/test_a.py",
        """
        import os
        import subprocess
        import sys

        def test_script(tmp_path):
            (tmp_path / "run.py").write_text("import helper; print(helper.V)")
            (tmp_path / "helper.py").write_text("V = 5")
            for args in (["run.py"], ["-m", "run"], ["-c", "import run"]):
                out = subprocess.check_output([sys.executable, *args], cwd=tmp_path)
                assert out.strip() == b"5"
        """,
    )
    # As the launchers of py_test set it.
    run = target.run(env={"PYTHONSAFEPATH": "1", **how})
    assert run.code == 0, run.output
    assert [*run.outcomes.values()] == ["passed"]


@pytest.mark.skipif("TEST_TARGET" not in os.environ, reason="Bazel does not run this")
def test_what_bazel_gives_this_very_test():
    assert os.environ["HOME"] == os.environ["TEST_TMPDIR"]
    assert "PYTHONSAFEPATH" not in os.environ


@pytest.mark.parametrize("workers", ["1", "2"])
def test_options_in_the_environment_count(target, workers):
    target.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): assert False\n")
    env = {"PYTEST_ADDOPTS": "-k test_1 -n 4", "RULES_XDIST_WORKERS": workers}
    pytest.importorskip("xdist")
    run = target.run(env=env)
    assert run.code == 0, run.output
    assert [*run.outcomes] == ["tests/test_a.py::test_1"]


COV = """
    [pytest]
    addopts = --cov=acme --cov-branch --cov-report=term-missing --cov-fail-under=100
"""


@pytest.mark.parametrize("env", [{}, {"RULES_XDIST_WORKERS": "2"}])
def test_options_of_pytest_cov_measure_nothing(target, env):
    pytest.importorskip("pytest_cov")
    pytest.importorskip("xdist")
    target.write("pytest.ini", COV)
    target.write("acme.py", "def never(): return 1")
    target.write(
        "tests/test_a.py",
        """
        import sys

        sys.path.insert(0, "")

        def test_x(request):
            import acme

            assert not request.config.pluginmanager.hasplugin("_cov")
        """,
    )
    target.select(config="pytest.ini")
    run = target.run(env=env)
    assert run.code == 0, run.output
    assert "fail" not in run.output
    assert not (target.root / ".coverage").exists()


@pytest.mark.parametrize(
    ("module", "distribution", "addopts"),
    [
        ("xdist", "pytest-xdist", "-n auto --dist loadgroup"),
        ("pytest_cov", "pytest-cov", "--cov --cov-fail-under=100 --no-cov-on-fail"),
        (
            "pytest_cov",
            "pytest-cov",
            "--cov=acme --cov=b --cov-report=term --cov-branch",
        ),
    ],
)
def test_options_of_what_is_not_installed_are_accepted(
    target, module, distribution, addopts
):
    target.write("pytest.ini", f"[pytest]\naddopts = {addopts}\n")
    target.write("tests/test_a.py", "def test_x(): pass")
    target.write(
        "without.py",
        f"""
        import sys
        from importlib import metadata, util

        find_spec, distributions = util.find_spec, metadata.distributions
        util.find_spec = lambda name: None if name == "{module}" else find_spec(name)
        metadata.distributions = lambda: (
            each for each in distributions() if each.name != "{distribution}"
        )
        from rules_xdist.runner import main

        main()
        """,
    )
    target.select(config="pytest.ini")
    run = subprocess.run(
        [sys.executable, "without.py"],
        cwd=target.root,
        env=target.environ(),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout
    assert distribution.removeprefix("pytest-") + "-" not in run.stdout
