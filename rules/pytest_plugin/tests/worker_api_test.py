"""worker_api: a shard is a worker of pytest-xdist to plugins, fixtures and helpers."""

import sys

import pytest

from rules_xdist.worker_api import asks

API = """
    import os
    import sys

    AT_START = {}

    def pytest_configure(config):
        AT_START.update(config.workerinput)

    def test_workerinput(request, worker_id, testrun_uid):
        told = request.config.workerinput
        assert told == {
            "workerid": worker_id,
            "workercount": 2,
            "testrunuid": testrun_uid,
            "mainargv": sys.argv,
        }
        assert worker_id == os.environ["PYTEST_XDIST_WORKER"]
        assert request.config.workeroutput == {}
"""
HELPERS = """
    import xdist

    def test_helpers(request, worker_id):
        assert xdist.is_xdist_worker(request)
        assert not xdist.is_xdist_controller(request)
        assert xdist.get_xdist_worker_id(request) == worker_id != "master"
"""
DATABASE = """
    import pytest

    def pytest_configure(config):
        if hasattr(config, "workerinput"):
            config.suffix = config.workerinput["workerid"]

    @pytest.fixture(scope="session")
    def database(request):
        worker = getattr(request.config, "workerinput", {}).get("workerid")
        return "test_db" + ("_" + worker if worker else "")
"""


@pytest.mark.parametrize("boxed", ["0", "1"])
@pytest.mark.parametrize("args", [[], ["-p", "no:xdist"]])
def test_a_shard_is_a_worker(target, args, boxed):
    target.write("tests/test_a.py", API)
    run = target.run(*args, shard=(0, 2), env={"RULES_XDIST_BOXED": boxed})
    assert run.code == 0, run.output
    assert [*run.outcomes.values()] == ["passed"]


def test_the_helpers_of_pytest_xdist(target):
    pytest.importorskip("xdist")
    target.write("tests/test_a.py", HELPERS)
    run = target.run()
    assert run.code == 0, run.output


def test_each_shard_has_a_database_of_its_own(target):
    target.write("conftest.py", DATABASE)
    target.write(
        "tests/test_a.py",
        """
        import pytest

        @pytest.mark.parametrize("n", range(2))
        def test_x(n, database, request, record_property):
            assert database == "test_db_" + request.config.suffix
            record_property("database", database)
        """,
    )
    databases = set()
    for index in range(2):
        run = target.run(shard=(index, 2))
        assert run.code == 0, run.output
        for case in run.cases:
            databases |= {
                each.get("value")
                for each in case.iter("property")
                if each.get("name") == "database"
            }
    assert len(databases) == 2


TWO_PARTS = """
    import os
    import uuid

    import pytest

    LOG = []

    def is_worker(config):
        return hasattr(config, "workerinput")

    def pytest_configure(config):
        LOG.append("configure " + ("worker" if is_worker(config) else "controller"))
        config.pluginmanager.register(object(), "one name")
        if not is_worker(config):
            assert "PYTEST_XDIST_WORKER" not in os.environ
            config.run = uuid.uuid4().hex

    def pytest_sessionstart(session):
        if is_worker(session.config):
            assert session.config.workerinput["run"]
            return
        LOG.append("server starts")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(node):
        LOG.append("node " + node.gateway.id)
        node.workerinput["run"] = node.config.run

    def pytest_sessionfinish(session):
        if is_worker(session.config):
            session.config.workeroutput["count"] = session.testscollected

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(node, error):
        LOG.append(f"node down {node.workeroutput['count']} {error}")

    def pytest_unconfigure(config):
        if not is_worker(config):
            print(*LOG, "server stops", sep="; ")
"""


@pytest.mark.parametrize("args", [[], ["-p", "no:xdist"]])
def test_what_a_suite_does_in_the_controller_is_done_for_the_worker(target, args):
    target.write("conftest.py", TWO_PARTS)
    target.write(
        "tests/test_a.py",
        "def test_x(request): assert len(request.config.workerinput['run']) == 32",
    )
    run = target.run(*args)
    assert run.code == 0, run.output
    said = next(line for line in run.output.splitlines() if "server stops" in line)
    node = said.split("node ")[1].split(";")[0]
    assert said.partition("configure ")[2].split("; ") == [
        "controller",
        "server starts",
        f"node {node}",
        "configure worker",
        "node down 1 None",
        "server stops",
    ]


def test_what_does_not_ask_runs_once(target):
    target.write(
        "conftest.py",
        """
        COUNT = []

        def pytest_configure(config):
            COUNT.append(config)

        def pytest_sessionstart(session):
            COUNT.append(session)
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        def test_x(request):
            conftest = request.config.pluginmanager.get_plugin(
                str(request.config.rootpath / "conftest.py")
            )
            assert len(conftest.COUNT) == 2
        """,
    )
    run = target.run()
    assert run.code == 0, run.output


def test_a_controllers_part_that_needs_more_of_a_controller_says_so(target):
    target.write("tests/test_a.py", "def test_x(): pass")
    target.write(
        "conftest.py",
        """
        import pytest

        @pytest.hookimpl(optionalhook=True)
        def pytest_configure_node(node):
            node.workerinput["port"] = node.config.server.port
        """,
    )
    run = target.run()
    assert run.code == 4
    assert "ERROR: pytest_configure_node: AttributeError" in run.output
    assert "say workers = 2 in the py_xdist_test" in run.output


def test_the_advice_for_it_works(target):
    pytest.importorskip("xdist")
    target.write(
        "conftest.py",
        """
        def pytest_configure_node(node):
            node.workerinput["port"] = node.nodemanager.specs and 5000
        """,
    )
    target.write(
        "tests/test_a.py",
        "def test_x(request): assert request.config.workerinput['port'] == 5000",
    )
    assert target.run().code == 4
    run = target.run(env={"RULES_XDIST_WORKERS": "2"})
    assert run.code == 0, run.output


def test_what_nobody_told_the_worker_is_an_error_with_the_way_out(target):
    target.write(
        "tests/test_a.py", "def test_x(request): request.config.workerinput['port']"
    )
    run = target.run()
    assert run.code == 1
    assert "workerinput['port']: it needs the controller of pytest-xdist" in run.output


def test_an_error_in_the_controllers_part_is_reported_as_by_pytest(target):
    target.write("tests/test_a.py", "def test_x(): pass")
    target.write(
        "conftest.py",
        """
        import pytest

        def pytest_configure(config):
            if not hasattr(config, "workerinput"):
                pytest.exit("no docker here", returncode=7)
        """,
    )
    run = target.run()
    assert run.code == 7
    assert "no docker here" in run.output


RANDOMLY = """
    def pytest_addoption(parser):
        parser.addoption("--randomly-seed", dest="randomly_seed", default="default")

    def pytest_configure(config):
        if hasattr(config, "workerinput"):
            config.seed = config.workerinput["randomly_seed"]
"""


def test_pytest_randomlys_seed_is_one_of_the_run_and_not_of_chance(target):
    target.write("conftest.py", RANDOMLY)
    target.write("tests/test_a.py", "def test_x(request): print(request.config.seed)")
    env = [{}, {}, {"TEST_RUN_NUMBER": "2"}]
    seeds = []
    for each in env:
        run = target.run("-rP", env=each)
        assert run.code == 0, run.output
        seeds.append(next(s for s in run.output.splitlines() if s.isdigit()))
    assert seeds[0] == seeds[1] != seeds[2]
    assert "\n17\n" in target.run("-rP", "--randomly-seed=17").output


def helper(config):
    return hasattr(config, "workerinput")


def unused():
    return sys.argv


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda config: hasattr(config, "workerinput"), True),
        (lambda config: [helper(each) for each in config], True),
        (lambda: "PYTEST_XDIST_WORKER" in sys.argv, True),
        (lambda: unused(), False),
        (print, False),
    ],
)
def test_who_asks(function, expected):
    assert asks(function) is expected
