"""Compiles Python sources into an archive of bytecode: what a build action executes.

Its argument is "@" and the name of a file, whose lines are: the archive to write; then
for each source, separated by tabs, `plain` or `rewritten` (as pytest rewrites a test
file: then the archive has both), its path, and its path below the runfiles. The same
sources give the same bytes, wherever they are.

A source that does not compile, or not without a warning, is left out: a test that
imports it is to see just that.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import CodeType

from rules_xdist import bytecode

_Compiler = Callable[[bytes, str], CodeType]


def main() -> None:
    """Does what the command line says."""
    with open(sys.argv[1].removeprefix("@"), encoding="utf-8") as file:
        archive, *lines = file.read().splitlines()
    pycs: dict[str, bytes] = {}
    for line in lines:
        kind, path, runfile = line.split("\t")
        pycs |= compiled(path, runfile, rewrites=kind == "rewritten")
    with open(archive, "wb") as out:
        out.write(bytecode.pack(pycs))


def compiled(path: str, runfile: str, rewrites: bool) -> Mapping[str, bytes]:
    """The pycs of a source, by name."""
    with open(path, "rb") as file:
        source = file.read()
    return {
        name: bytecode.unchecked(code)
        for name, compiler in _compilers(runfile, rewrites)
        if (code := _compiled(compiler, source, runfile)) is not None
    }


def _compilers(runfile: str, rewrites: bool) -> Iterator[tuple[str, _Compiler]]:
    yield importlib.util.cache_from_source(runfile), _plain
    if rewrites:
        try:
            from _pytest.assertion import rewrite
        except ImportError:
            return  # There is no pytest where actions run.
        folder, name = os.path.split(runfile)
        name = name.removesuffix(".py") + rewrite.PYC_TAIL
        yield os.path.join(folder, "__pycache__", name), _rewritten


def _compiled(compiler: _Compiler, source: bytes, path: str) -> CodeType | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return compiler(source, path)
        except Exception:
            return None


def _plain(source: bytes, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def _rewritten(source: bytes, path: str) -> CodeType:
    from _pytest.assertion.rewrite import rewrite_asserts

    tree = ast.parse(source, filename=path)
    rewrite_asserts(tree, source, path)
    return compile(tree, path, "exec", dont_inherit=True)
