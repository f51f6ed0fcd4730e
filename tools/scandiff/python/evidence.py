"""A pytest plugin that says why a test is collected, or is not, for tools/scandiff.

    SCANDIFF_SCANNED=scanned.json SCANDIFF_EVIDENCE=out.json \\
        python -m pytest --collect-only -p evidence

scanned.json has the ids that the scanner gives, by file. What is written are facts of
the running interpreter; what they mean is decided by the one who reads them.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from unittest import TestCase

import pytest
from _pytest.mark.structures import get_unpacked_marks

from rules_xdist import marks

# The marks that make parts where nothing is configured.
_MARKS = ("serial", "xdist_group")


class Evidence:
    """Keeps what pytest's hooks tell until the collection is finished."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.file = cache(self.file)
        self.class_file = cache(self.class_file)
        self.modules: dict[str, pytest.Module] = {}
        self.outcomes: dict[str, dict[str, str]] = {}
        self.ignored: list[str] = []
        self.deselected: list[pytest.Item] = []

    def file(self, path: object) -> str:
        """A path relative to the suite; of what has none, such as <string>, its name."""
        return os.path.relpath(path, self.root) if os.path.exists(path) else str(path)

    def class_file(self, cls: type) -> str:
        module = sys.modules.get(cls.__module__)
        return self.file(getattr(module, "__file__", None) or cls.__module__)

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(self, collection_path):
        ignored = yield
        if ignored:
            self.ignored.append(self.file(collection_path))
        return ignored

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        report = yield
        file = self.file(collector.path)
        if isinstance(collector, pytest.Module):
            self.modules[file] = collector
        if isinstance(collector, pytest.Module) or report.outcome != "passed":
            reason = ""
            if report.outcome != "passed":
                reason = str(report.longrepr).strip().rpartition("\n")[2]
            self.outcomes[file] = {"outcome": report.outcome, "reason": reason}
        return report

    def pytest_deselected(self, items):
        self.deselected.extend(items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        scanned = json.loads(read(os.environ["SCANDIFF_SCANNED"]))
        evidence = {
            "modules": self.outcomes,
            "ignored": self.ignored,
            "items": [self.of_item(item) for item in session.items],
            "deselected": [key(item) for item in self.deselected],
            "scanned": [
                self.of_scanned(file, id)
                for file, ids in scanned.items()
                if self.outcomes.get(file, {}).get("outcome") == "passed"
                for id in ids
            ],
        }
        with open(os.environ["SCANDIFF_EVIDENCE"], "w", encoding="utf-8") as out:
            json.dump(evidence, out, indent=1)

    def of_item(self, item: pytest.Item) -> dict:
        function = inspect.unwrap(getattr(item, "obj", None))
        code = getattr(function, "__code__", None)
        objects = [n.obj for n in item.listchain() if isinstance(n, pytest.Class)]
        words = names(str(item.path))
        return {
            "nodeid": item.nodeid,
            **key(item),
            "code": self.file(code.co_filename) if code else "",
            # Of a function or class that a call has made.
            "local": any(
                "<locals>" in getattr(o, "__qualname__", "")
                for o in [function, *objects]
            ),
            # The names of the id that stand nowhere in the file, in whatever role.
            "unnamed": [n for n in key(item)["id"].split("::") if n not in words],
            "classFiles": [self.class_file(c) for c in objects],
            "hooked": [m.name for m in hooked(item) if of_interest(m)],
            "foreign": [m.name for m in self.foreign(objects, item) if of_interest(m)],
        }

    def foreign(self, classes: list[type], item: pytest.Item) -> Iterator[pytest.Mark]:
        """The marks of base classes that other files define."""
        for cls in classes:
            for base in cls.__mro__:
                if self.class_file(base) != self.file(item.path):
                    yield from get_unpacked_marks(base, consider_mro=False)

    def of_scanned(self, file: str, id: str) -> dict:
        return {"file": file, "id": id, **self.looked_up(file, id.split("::"))}

    def looked_up(self, file: str, path: list[str]) -> dict:
        """What the names of an id are bound to."""
        facts: dict = {"bound": True, "branch": in_branch(self.root, file, path)}
        owner: object = self.modules[file].obj
        for name in path:
            try:
                # Past descriptors: a property is no test.
                owner = inspect.getattr_static(owner, name)
            except AttributeError:
                return {**facts, "bound": False}
            if isinstance(owner, type):
                facts.update(self.obstacles(owner))
        facts["type"] = type(owner).__name__
        facts["origin"] = self.origin(owner)
        if getattr(owner, "__test__", True) is False:
            facts["untest"] = file
        return facts

    def obstacles(self, cls: type) -> dict:
        """What keeps pytest from a class, with the file that says so."""
        found = {}
        if not issubclass(cls, TestCase):
            found["plain"] = True
            for name in ("__init__", "__new__"):
                owner = next(c for c in cls.__mro__ if name in vars(c))
                if owner is not object:
                    found["constructor"] = self.class_file(owner)
        if inspect.isabstract(cls):
            found["abstract"] = self.class_file(cls)
        owner = next((c for c in cls.__mro__ if "__test__" in vars(c)), None)
        if owner and not cls.__test__:
            found["untest"] = self.class_file(owner)
        return found

    def origin(self, value: object) -> str:
        """The file that defines what a name is bound to."""
        value = getattr(value, "__func__", value)
        if isinstance(value, ModuleType):
            return self.file(getattr(value, "__file__", None) or value.__name__)
        if isinstance(value, type):
            return self.class_file(value)
        code = getattr(value, "__code__", None)
        return self.file(code.co_filename) if code else ""


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def key(item: pytest.Item) -> dict[str, str]:
    """The item's file, and its node id without file and parameters."""
    name = getattr(item, "originalname", None) or item.name
    owner = item.parent.nodeid.partition("::")[2]
    file = item.nodeid.partition("::")[0]
    return {"file": file, "id": f"{owner}::{name}" if owner else name}


def of_interest(mark: pytest.Mark) -> bool:
    return mark.name in _MARKS


def hooked(item: pytest.Item) -> Iterator[pytest.Mark]:
    """The marks that no source gives an item or what is around it."""
    for node in item.listchain():
        written = []
        if hasattr(node, "obj") and not isinstance(node, pytest.Package):
            written += get_unpacked_marks(node.obj)
        if hasattr(node, "callspec"):
            written += node.callspec.marks
        yield from (m for m in node.own_markers if m not in written)


@cache
def names(path: str) -> frozenset[str]:
    with open(path, "rb") as file:
        tokens = tokenize.tokenize(file.readline)
        return frozenset(t.string for t in tokens if t.type == tokenize.NAME)


@cache
def tree(path: str) -> ast.Module:
    with open(path, "rb") as file:
        return ast.parse(file.read())


def in_branch(root: str, file: str, path: list[str]) -> bool:
    """Whether one of the names is bound in a compound statement, which may not run."""
    body = tree(os.path.join(root, file)).body
    top = body
    for name in path:
        found = [(node, deep) for node, deep in bindings(body) if binds(node, name)]
        if any(deep for _, deep in found):
            return True
        classes = [node for node, _ in found if isinstance(node, ast.ClassDef)]
        body = [s for c in with_bases(classes, top) for s in c.body]
    return False


def with_bases(classes: list[ast.ClassDef], top: list[ast.stmt]) -> list[ast.ClassDef]:
    """Classes, and the bases that the same file defines for them."""
    found = list(classes)
    for cls in found:
        bases = {base.id for base in cls.bases if isinstance(base, ast.Name)}
        found += [
            node
            for node, _ in bindings(top)
            if isinstance(node, ast.ClassDef)
            and node.name in bases
            and node not in found
        ]
    return found


def bindings(body: list[ast.stmt], deep: bool = False) -> Iterator[tuple]:
    """The statements of a body and its compound statements."""
    for node in body:
        yield node, deep
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for block in ("body", "orelse", "finalbody"):
            yield from bindings(getattr(node, block, []), True)
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from bindings(part.body, True)


def binds(node: ast.stmt, name: str) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name == name
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return any((alias.asname or alias.name) == name for alias in node.names)
    return False


def pytest_configure(config):
    marks.register(config)
    config.pluginmanager.register(Evidence(str(config.rootpath)))
