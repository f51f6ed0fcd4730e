"""Makes the shard's one process a worker of pytest-xdist to plugins, fixtures and helpers.

Under `pytest -n` a suite's conftest.py files and some plugins run twice over: in the
controller, which sets things up for all (`if not hasattr(config, "workerinput")`) and
hands them to each worker (`pytest_configure_node`), and in the workers. A shard without
workers has nobody else for the first part: so it does that, too, before and after its
own. Only functions that ask which of the two they are in are called twice. Works with
pytest-xdist and without. Not here: shards with real workers (controller, worker).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import pytest

from rules_xdist.identity import Worker

# Who uses one of these asks whether it is in a worker.
_QUESTIONS = frozenset(
    ("workerinput", "is_xdist_worker", "is_xdist_controller", "is_xdist_master")
) | {*Worker("", 0, "").environ()}

# What is installed keeps its two parts apart in ways of its own: others than these know
# of no shard, and do as in a worker.
_INSTALLED = ("site-packages", "dist-packages")
_KNOWN = ("pytest_rerunfailures",)

_WAY_OUT = (
    "it needs the controller of pytest-xdist, which a shard has only with workers: "
    "say workers = 2 in the py_xdist_test"
)


class WorkerInput(dict[str, Any]):
    """What a worker is told by its controller."""

    def __missing__(self, key: str) -> Any:
        raise KeyError(f"workerinput[{key!r}]: {_WAY_OUT}")


class Membership:
    """The two parts of a shard's process, as a plugin: it is a worker once it has joined,
    until everybody else is at their end."""

    def __init__(self, config: pytest.Config, worker: Worker) -> None:
        self._config = config
        self._input = WorkerInput(
            workerid=worker.id,
            workercount=worker.count,
            testrunuid=worker.testrun_uid,
            mainargv=sys.argv,
        )
        if hasattr(config.option, "randomly_seed"):
            settle_seed(config.option, worker)
            self._input["randomly_seed"] = config.option.randomly_seed
        self._node = SimpleNamespace(
            config=config,
            gateway=SimpleNamespace(id=worker.id),
            workerinput=self._input,
            workeroutput={},
        )
        self._failure: BaseException | None = None

    def join(self) -> None:
        """Does what the controller does until a worker starts, then becomes that."""
        config = self._config
        before = config.pluginmanager.get_plugins()
        try:
            self._set_up()
        except (Exception, pytest.exit.Exception) as error:
            self._failure = error
        for plugin in config.pluginmanager.get_plugins() - before:
            # The worker's part registers its own, perhaps under the same names.
            config.pluginmanager.unregister(plugin)
        config.workerinput = self._input  # type: ignore[attr-defined]
        config.workeroutput = self._node.workeroutput  # type: ignore[attr-defined]

    def _set_up(self) -> None:
        config = self._config
        session = SimpleNamespace(config=config, startpath=config.invocation_params.dir)
        with self._as_controller():
            self._call("pytest_configure", config=config)
            self._call("pytest_sessionstart", session=session)
            self._tell("pytest_configure_node", node=self._node)
        # pytest-rerunfailures listens in a thread, which may not have come so far when
        # the worker's part connects.
        if server := getattr(getattr(config, "failures_db", None), "sock", None):
            server.listen()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        if self._failure:
            # From here on pytest reports it as it would have done.
            raise self._failure

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        with self._as_controller():
            self._tell("pytest_testnodedown", node=self._node, error=None)
            self._call("pytest_sessionfinish", session=session, exitstatus=exitstatus)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        with self._as_controller():
            self._call("pytest_unconfigure", config=self._config)

    @contextlib.contextmanager
    def _as_controller(self) -> Iterator[None]:
        option, names = self._config.option, [*Worker("", 0, "").environ()]
        environ = {name: os.environ.pop(name) for name in names if name in os.environ}
        attributes = {
            name: self._config.__dict__.pop(name)
            for name in ("workerinput", "workeroutput")
            if name in self._config.__dict__
        }
        dist = getattr(option, "dist", None)
        if dist is not None:
            option.dist = "load"
        try:
            yield
        finally:
            os.environ.update(environ)
            self._config.__dict__.update(attributes)
            if dist is not None:
                option.dist = dist

    def _call(self, hook: str, **kwargs: Any) -> None:
        """Calls a hook of those that ask which part they are in."""
        caller = getattr(self._config.hook, hook)
        for impl in reversed(caller.get_hookimpls()):
            if _has_two_parts(impl):
                impl.function(*(kwargs[name] for name in impl.argnames))

    def _tell(self, hook: str, **kwargs: Any) -> None:
        """Calls a hook that only controllers call, if anybody has it."""
        caller = getattr(self._config.hook, hook, None)
        if caller is None:
            return
        try:
            caller(**kwargs)
        except Exception as error:
            raise pytest.UsageError(f"{hook}: {error!r}: {_WAY_OUT}") from error


def settle_seed(options: argparse.Namespace, worker: Worker) -> None:
    """Gives pytest-randomly one seed for all workers of a run, and the same again for the
    same run: a result that Bazel keeps must not be one of chance."""
    if getattr(options, "randomly_seed", None) in ("default", "last"):
        options.randomly_seed = int(worker.testrun_uid[:8], 16)


def _has_two_parts(impl: Any) -> bool:
    module = impl.plugin
    if impl.hookwrapper or impl.wrapper or not isinstance(module, ModuleType):
        return False
    folders = Path(module.__file__ or "").parts
    own = not any(folder in _INSTALLED for folder in folders)
    return (own or module.__name__ in _KNOWN) and asks(impl.function)


def asks(function: Callable[..., object]) -> bool:
    """Whether a function, or one that it calls by name, asks which part it is in."""
    seen: set[object] = set()
    waiting: list[object] = [function]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, FunctionType) or each in seen:
            continue
        seen.add(each)
        words = {*_words(each.__code__)}
        if words & _QUESTIONS:
            return True
        waiting += [each.__globals__.get(word) for word in words]
    return False


def _words(code: CodeType) -> Iterable[str]:
    """The names and the strings that a function's code has."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _words(constant)
