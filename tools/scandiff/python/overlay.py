"""Adds marks to a copy of a test suite, for tools/scandiff.

    python overlay.py FOLDER

Real suites hardly bear marks of pytest-xdist. Here some of their modules, classes,
functions, parameters and fixtures' parameters get such marks, in the forms that people
write them in, and a hook of conftest.py marks some of the items. Which ones is decided by a hash of their names, so that it is always the
same. The places are found by Python's own parser.
"""

from __future__ import annotations

import ast
import os
import sys
import tokenize
import zlib
from collections.abc import Iterator
from fnmatch import fnmatch

PRELUDE = (
    "import pytest as _pt; from pytest import mark as _mark; _G = 'db'; "
    "_in_db = _mark.xdist_group(_G); _both = [_mark.xdist_group('c'), _mark.serial]\n"
)
FORMS = (
    "_pt.mark.serial",
    "_pt.mark.xdist_group('a')",
    "_mark.xdist_group(name='b')",
    "_in_db",
    "_mark.xdist_group",
)
MODULE_FORMS = ("_in_db", "[_mark.serial]", "_both", "[_pt.mark.xdist_group('a')]")

CONFTEST = """\
import zlib

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if zlib.crc32(item.nodeid.encode()) % 211 == 0:
            item.add_marker(pytest.mark.serial)
"""

Edit = tuple[int, int, str]  # line from 0, column in bytes, text to put there


def pick(name: str, one_in: int, forms: tuple[str, ...] = FORMS) -> str | None:
    """One of the forms for one name in so many, else None."""
    drawn = zlib.crc32(name.encode())
    if drawn % one_in:
        return None
    return forms[drawn // one_in % len(forms)]


def edits(file: str, tree: ast.Module) -> Iterator[Edit]:
    yield prelude_line(tree), 0, prelude(file, tree)
    yield from in_body(file, tree.body)


def prelude_line(tree: ast.Module) -> int:
    """The line before the first statement that may have others before it."""
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not docstring and not future:
            decorators = getattr(node, "decorator_list", None)
            return (decorators[0] if decorators else node).lineno - 1
    raise ValueError("no statements")


def prelude(file: str, tree: ast.Module) -> str:
    form = pick(file, 6, MODULE_FORMS)
    marked = any(
        isinstance(n, ast.Name) and n.id == "pytestmark" for n in ast.walk(tree)
    )
    return PRELUDE + (f"pytestmark = {form}\n" if form and not marked else "")


def in_body(prefix: str, body: list[ast.stmt]) -> Iterator[Edit]:
    for node in body:
        name = f"{prefix}::{getattr(node, 'name', '')}"
        if isinstance(node, ast.ClassDef):
            yield from decoration(name, node, one_in=7)
            yield from in_body(name, node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name.startswith("test"):
                yield from decoration(name, node, one_in=6)
            yield from in_parameters(name, node)
        for block in ("body", "orelse", "finalbody"):
            if not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                yield from in_body(prefix, getattr(node, block, []))


def decoration(name: str, node: ast.stmt, one_in: int) -> Iterator[Edit]:
    form = pick(name, one_in)
    if not form:
        return
    first = node.decorator_list[0] if node.decorator_list else node
    column = first.col_offset - (1 if node.decorator_list else 0)
    yield first.lineno - 1, column, f"@{form}\n" + " " * column


def in_parameters(name: str, function: ast.FunctionDef) -> Iterator[Edit]:
    for i, decorator in enumerate(function.decorator_list):
        if not isinstance(decorator, ast.Call):
            continue
        cases, several = cases_of(decorator)
        for j, case in enumerate(cases):
            form = pick(f"{name}:{i}:{j}", 5)
            if form and not isinstance(case, (ast.Call, ast.Starred)):
                star = "*" if several else ""
                yield case.lineno - 1, case.col_offset, f"_pt.param({star}("
                yield case.end_lineno - 1, case.end_col_offset, f"), marks={form})"


def cases_of(decorator: ast.Call) -> tuple[list[ast.expr], bool]:
    """The written values of a parametrize or a fixture, and whether they are tuples."""
    function = getattr(decorator.func, "attr", "")
    if function == "parametrize" and len(decorator.args) > 1:
        names, cases = decorator.args[:2]
        if isinstance(names, ast.Constant) and isinstance(cases, ast.List):
            return cases.elts, "," in str(names.value)
    if function == "fixture":
        for keyword in decorator.keywords:
            if keyword.arg == "params" and isinstance(keyword.value, ast.List):
                return keyword.value.elts, False
    return [], False


def place(edit: Edit) -> tuple[int, int]:
    return edit[:2]


def overlay(root: str, file: str) -> None:
    path = os.path.join(root, file)
    with open(path, "rb") as stream:
        source = stream.read()
    with open(path, "rb") as stream:
        encoding, _ = tokenize.detect_encoding(stream.readline)
    tree = ast.parse(source)
    if not tree.body or encoding not in ("utf-8", "utf-8-sig"):
        return
    lines = source.splitlines(keepends=True)
    # From the last to the first, so that each leaves the others' places.
    for line, column, text in reversed(sorted(edits(file, tree), key=place)):
        at = lines[line]
        lines[line] = at[:column] + text.encode() + at[column:]
    marked = b"".join(lines)
    compile(marked, path, "exec", dont_inherit=True)
    with open(path, "wb") as stream:
        stream.write(marked)


def main(root: str) -> None:
    with open(os.path.join(root, "conftest.py"), "w", encoding="utf-8") as stream:
        stream.write(CONFTEST)
    for folder, _, files in os.walk(root):
        for name in files:
            if fnmatch(name, "test_*.py") or fnmatch(name, "*_test.py"):
                overlay(root, os.path.relpath(os.path.join(folder, name), root))


if __name__ == "__main__":
    main(sys.argv[1])
