"""Bytecode that build actions made, for a shard to start with.

A test's folders are read-only and new for each run: Python would compile all that the
test imports every time, and pytest rewrite the asserts of its test files. Instead
actions compile each library, and each target's test files, into an archive: pycs by the
names under which Python and pytest look for them, below the runfiles. In these names
are the versions of both, so what another Python or pytest finds is nothing, and it
compiles as ever. So do processes that tests start.

Not here: which files are compiled (the rule xdist_bytecode), and how (compiling).
"""

from __future__ import annotations

import _imp
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType

    import pytest

VARIABLE = "RULES_XDIST_BYTECODE"

# A pyc that is valid whatever its source's time and contents: PEP 552's unchecked hash.
_UNCHECKED = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
_HEADER = 16

_LENGTH = 8

# As many links of one file as the kernel follows.
_MOST_LINKS = 40


def unchecked(code: CodeType) -> bytes:
    """The pyc of some code. Of the hash nobody takes notice."""
    return _UNCHECKED.ljust(_HEADER, b"\0") + marshal.dumps(code)


def pack(pycs: Mapping[str, bytes]) -> bytes:
    """An archive: the length of its index, the index, the pycs one after another."""
    index, offset = {}, 0
    for name, pyc in pycs.items():
        index[name] = (offset, len(pyc))
        offset += len(pyc)
    # In this version of the format any Python of ours can read it.
    packed = marshal.dumps(index, 2)
    return b"".join([len(packed).to_bytes(_LENGTH, "big"), packed, *pycs.values()])


class Archives:
    """The pycs of some archives, by the paths at which they would be below the roots."""

    def __init__(self, paths: Iterable[str], roots: Iterable[str]) -> None:
        self._places = {
            f"{root}/{name}": place
            for root in sorted(roots)
            for path in paths
            for name, place in _index(path)
        }

    def read(self, path: str) -> bytes | None:
        """The pyc at a path, if there is one. No file stays open: tests close them."""
        place = self._places.get(path) or self._linked(path)
        if place is None:
            return None
        archive, offset, length = place
        try:
            with open(archive, "rb", buffering=0) as file:
                return os.pread(file.fileno(), length, offset)
        except OSError:
            return None

    def _linked(self, path: str) -> tuple[str, int, int] | None:
        found = map(self._places.get, _behind_links(path))
        return next((place for place in found if place), None)


def _behind_links(pyc: str) -> Iterator[str]:
    """Where else a pyc would be: beside what the links of a virtual environment lead to.

    They are of packages or of single modules, and lead to other places in the runfiles.
    Beyond, links lead to the sources themselves, which are no names of archives.
    """
    if not pyc.startswith(sys.prefix + os.sep) or sys.prefix == sys.base_prefix:
        return
    folder, cache, name = pyc.rsplit(os.sep, 2)
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(folder)
        yield os.path.join(folder, cache, name)
        try:
            link = os.readlink(os.path.join(folder, name.split(".")[0] + ".py"))
        except OSError:
            return
        folder = os.path.dirname(os.path.join(folder, link))


def _index(path: str) -> Iterator[tuple[str, tuple[str, int, int]]]:
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "big")
        index = marshal.loads(file.read(length))
    for name, (offset, size) in index.items():
        yield name, (path, _LENGTH + length + offset, size)


def serve(environ: Mapping[str, str]) -> None:
    """Lets Python find what is in the target's archives, from here on.

    Only in a test that Bazel runs: elsewhere the sources may have changed since.
    """
    listed, runfiles = environ.get(VARIABLE), environ.get("TEST_SRCDIR")
    if not listed or not runfiles or not environ.get("TEST_TMPDIR"):
        return
    with open(listed, encoding="utf-8") as file:
        paths = [os.path.abspath(path) for path in file.read().splitlines()]
    # Some paths of modules come from the environment, some from the working directory.
    roots = {os.path.abspath(runfiles), os.path.realpath(runfiles)}
    _serve_python(Archives(paths, roots))


def _serve_python(archives: Archives) -> None:
    """Loaders keep their type, and all that is done with a pyc is Python's own doing."""
    get_data: Callable[[SourceFileLoader, str], bytes] = SourceFileLoader.get_data

    def get_archived_data(self: SourceFileLoader, path: str) -> bytes:
        return archives.read(path) or get_data(self, path)

    SourceFileLoader.get_data = get_archived_data  # type: ignore[method-assign]


def serve_pytest(config: pytest.Config) -> None:
    """Lets pytest find rewritten test files where Python finds bytecode."""
    from _pytest.assertion import rewrite

    read_pyc = getattr(rewrite, "_read_pyc", None)
    if read_pyc is None or config.getini("enable_assertion_pass_hook"):
        return  # The hook makes pytest rewrite in another way.

    def read_archived_pyc(source: Path, pyc: Path, *args: Any) -> CodeType | None:
        return _rewritten(source, pyc) or read_pyc(source, pyc, *args)

    rewrite._read_pyc = read_archived_pyc


def _rewritten(source: Path, pyc: Path) -> CodeType | None:
    try:
        data = SourceFileLoader(source.stem, str(source)).get_data(str(pyc))
    except OSError:
        return None
    if not data.startswith(_UNCHECKED):
        return None  # pytest's own, on disk.
    code: CodeType = marshal.loads(data[_HEADER:])
    # As Python does for every pyc.
    _imp._fix_co_filename(code, str(source))
    return code
