"""A pytest plugin that writes what happens to tests to a pipe, a line an event.

It runs among tests that break what they can reach: all that it needs is bound when it is
imported, even built-in functions, and the pipe is moved out of the way of tests that
close the first hundreds of file descriptors.
"""

import fcntl
import os
import resource

import pytest

_getpid, _write, _hasattr, _int, _view = os.getpid, os.write, hasattr, int, memoryview
_process = _getpid()


def _open():
    if "PLAINRUN_EVENTS" not in os.environ:
        return (
            None  # a worker of pytest-xdist: its tests are reported by the one process
        )
    given = int(os.environ.pop("PLAINRUN_EVENTS"))
    high = min(900, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 64)
    moved = fcntl.fcntl(given, fcntl.F_DUPFD_CLOEXEC, high)
    os.close(given)
    return moved


def _read_left_out():
    with open(os.environ["PLAINRUN_LEFT_OUT"]) as file:
        return frozenset(file.read().split())


_pipe = _open()
_left_out = _read_left_out()


def _name(nodeid):
    # Whatever a node id has in it, a name is one word.
    return nodeid.encode("utf-32-be", "surrogatepass").hex()


def _tell(*words):
    # Not of a copy of the process that a test forked.
    if _pipe is not None and _getpid() == _process:
        line = _view((" ".join(words) + "\n").encode())
        while line:
            line = line[_write(_pipe, line) :]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if left := [item for item in items if _name(item.nodeid) in _left_out]:
        items[:] = [item for item in items if _name(item.nodeid) not in _left_out]
        config.hook.pytest_deselected(items=left)


def pytest_sessionstart(session):
    config = session.config
    _tell("root", _name(os.path.relpath(config.rootpath, config.invocation_params.dir)))


def pytest_collection_finish(session):
    _tell("collected", *[_name(item.nodeid) for item in session.items])


def pytest_collectreport(report):
    if report.failed:
        _tell("uncollected", _name(report.nodeid))


def pytest_runtest_logstart(nodeid):
    _tell("started", _name(nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    # A part is a subtest or the like, and none of a test's three phases.
    part = "part" if _hasattr(report, "context") else "whole"
    xfail = "xfail" if _hasattr(report, "wasxfail") else "normal"
    _tell(
        "phase",
        _name(report.nodeid),
        report.when,
        report.outcome,
        xfail,
        part,
        f"{report.duration:f}",
    )


def pytest_runtest_logfinish(nodeid):
    _tell("finished", _name(nodeid))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    _tell("ended", f"{_int(session.exitstatus)}")
