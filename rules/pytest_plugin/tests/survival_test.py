"""originals, guard: nothing that a test does to Python reaches the runner."""

import inspect
import json

import pytest

from rules_xdist import originals
from rules_xdist.originals import original

MODES = pytest.mark.parametrize(
    "env",
    [{}, {"RULES_XDIST_BOXED": "1"}, {"RULES_XDIST_WORKERS": "2"}],
    ids=["plain", "boxed", "workers"],
)


@MODES
def test_mocks_of_a_modules_scope(request, target, env):
    target.write(
        "tests/test_a.py",
        """
        import contextlib, pytest, warnings
        from unittest import mock

        NAMES = '''
        copy.deepcopy json.dumps json.loads json.encoder.JSONEncoder
        os._exit os.fstat os.getpid os.kill os.lseek os.open os.pread os.stat os.write
        pickle.dumps pickle.loads
        time.monotonic time.perf_counter time.time
        '''.split()

        @pytest.fixture(scope="module", autouse=True)
        def mocks():
            with contextlib.ExitStack() as stack:
                for name in NAMES:
                    stack.enter_context(mock.patch(name, side_effect=RuntimeError))
                yield

        def test_passes(record_property):
            print("out")
            record_property("name", "value")
        def test_fails(): assert 1 == 2
        def test_skips(): pytest.skip("why")
        def test_warns(): warnings.warn("careful")
        """,
    )
    result = target.run(env=env)
    assert result.code == 1, result.output
    assert len(result.cases) == 4, result.output
    names = {id.split("::")[1]: what for id, what in result.outcomes.items()}
    assert names == {
        "test_passes": "passed",
        "test_fails": "failure",
        "test_skips": "skipped",
        "test_warns": "passed",
    }


@MODES
def test_what_tests_leave_behind_for_good(target, env):
    target.write(
        "tests/test_a.py",
        """
        import json, os, sys, time
        from unittest import mock

        class Writer:
            def write(self, text): pass
            def flush(self): pass

        def fail(*arguments, **named): raise RuntimeError

        def test_json(): json.dumps = lambda *arguments, **named: "{}"
        def test_os(): os._exit = os.fstat = os.write = os.getpid = fail
        def test_time(): time.time = time.perf_counter = time.monotonic = fail
        def test_stdout(): sys.stdout = Writer()
        def test_mocked(): sys.stdout = sys.stderr = mock.Mock()
        def test_none(): sys.stdout = sys.stderr = None
        def test_after(): pass
        """,
    )
    result = target.run(env=env)
    assert result.code == 0, result.output
    assert [*result.outcomes.values()] == ["passed"] * 7
    assert len(result.cases) == 7


@MODES
def test_a_test_that_empties_the_runners_files(target, env):
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_before(): assert False
        def test_empties():
            for number in range(3, 64):
                try:
                    if "deleted" in os.readlink(f"/proc/self/fd/{number}"):
                        os.ftruncate(number, 0)
                except OSError:
                    pass
        def test_after(): pass
        """,
    )
    result = target.run(env=env)
    assert result.code == 1, result.output
    assert sorted(result.outcomes.values()) == ["failure", "passed", "passed"]
    assert len(result.cases) == 3


@MODES
def test_copies_of_the_process_that_come_out_of_a_test(target, env):
    target.write(
        "tests/test_a.py",
        """
        import os, pytest

        @pytest.fixture
        def forks():
            yield
            if not os.fork():
                raise SystemExit(0)
            os.wait()

        def test_forks():
            if not os.fork():
                raise SystemExit(0)
            os.wait()
        def test_forks_in_teardown(forks): pass
        def test_after(): pass
        """,
    )
    result = target.run(env=env)
    assert result.code == 0, result.output
    assert [*result.outcomes.values()] == ["passed"] * 3
    assert len(result.cases) == 3


def test_a_test_that_throws_the_runners_plugins_out(target):
    target.write(
        "tests/test_a.py",
        """
        def test_before(): pass
        def test_throws(request):
            manager = request.config.pluginmanager
            for plugin in manager.get_plugins():
                if type(plugin).__module__.startswith("rules_xdist"):
                    manager.unregister(plugin)
            assert False
        def test_after(): pass
        """,
    )
    result = target.run()
    assert result.code == 1
    assert [*result.outcomes.values()] == ["passed", "failure", "passed"]


def test_modules_that_are_gone_when_a_box_closes(target):
    target.write(
        "tests/test_a.py",
        """
        import sys, warnings

        class Mine(UserWarning): pass

        def test_clears():
            warnings.warn("careful", Mine)
            sys.modules.clear()
        def test_after(): pass
        """,
    )
    result = target.run(env={"RULES_XDIST_BOXED": "1"})
    assert (result.code, [*result.outcomes.values()]) == (0, ["passed"] * 2)
    assert "Mine: careful" in result.output


@MODES
def test_what_cannot_be_sent_is_made_so(target, env):
    target.write(
        "tests/test_a.py",
        r"""
        import warnings

        def test_it(record_property, record_testsuite_property):
            record_property("\0", "\ud800")
            record_property("object", {object(), 1})
            record_testsuite_property("\ud800", "\ud800")
            warnings.warn("\ud800\nmore")
            print("\ud800".encode("utf-8", "surrogatepass"))
            assert False, "\ud800"
        """,
    )
    result = target.run(env=env)
    assert (result.code, [*result.outcomes.values()]) == (1, ["failure"])
    assert "AssertionError" in result.cases[0].find("failure").get("message")


def test_an_internal_error_between_tests_starts_a_new_process(target):
    target.write(
        "conftest.py",
        """
        import os

        def pytest_runtest_logfinish(nodeid):
            if "breaks" in nodeid:
                raise RuntimeError("a hook of the suite")

        def pytest_runtest_protocol(item):
            if "unlucky" in item.nodeid:
                raise RuntimeError("another")
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        def test_before(): pass
        def test_breaks(): pass
        def test_unlucky(): pass
        def test_after(): pass
        """,
    )
    result = target.run()
    assert result.code == 1
    assert [*result.outcomes.values()] == ["passed", "failure", "failure", "passed"]
    assert "a new process runs what is left" in result.output


def test_a_hook_that_makes_failures_pass(target):
    target.write(
        "conftest.py",
        """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            session.exitstatus = 0
        """,
    )
    target.write("tests/test_a.py", "def test_fails(): assert False\n")
    result = target.run()
    assert (result.code, [*result.outcomes.values()]) == (1, ["failure"])


@pytest.mark.parametrize(
    "setup",
    [
        "shutil.rmtree(os.path.dirname(PATH))",
        "os.mkdir(PATH)",
        "os.mkdir(PATH); open(PATH + '/file', 'w').close()",
        "open(PATH, 'w').close(); os.chmod(PATH, 0o444)",
        "os.chmod(os.path.dirname(PATH), 0o555)",
    ],
)
def test_the_reports_place_is_not_as_it_was(target, setup):
    target.xml = target.xml.parent / "reports" / "test.xml"
    target.xml.parent.mkdir()
    target.write(
        "tests/test_a.py",
        f"""
        import os, shutil

        PATH = os.environ["XML_OUTPUT_FILE"]

        def test_it():
            {setup}
        """,
    )
    result = target.run()
    assert (result.code, [*result.outcomes.values()]) == (0, ["passed"]), result.output


def test_tools_that_go_through_modules_find_nothing_to_replace():
    """As pyfakefs and freezegun do, by kind and by identity."""
    for value in vars(originals).values():
        assert not inspect.isbuiltin(value)
    for name, value in vars(original).items():
        if not name.startswith("_"):
            assert inspect.isbuiltin(value.__func__) or name == "to_json"


@pytest.mark.parametrize(
    "value",
    [{}, {"a": ["ä\ud800\n\0", 1, -0.5, True, None, [], {"b": "☃"}]}, [("x", "y")]],
)
def test_json_without_jsons_python(value):
    assert original.to_json(value) == json.dumps(value)
