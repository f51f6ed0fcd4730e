"""Runs shards of made-up targets as Bazel would, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import IO, Any
from xml.etree import ElementTree

import pytest

import rules_xdist

PLUGIN_FOLDER = Path(rules_xdist.__file__).parent.parent

# What the run that these tests are in has set for itself.
_FOREIGN = ("TEST", "XML_OUTPUT_FILE", "RULES_XDIST_", "PYTEST_", "COVERAGE", "TMPDIR")


@dataclass(frozen=True)
class Run:
    """A shard that ran to its end, one way or other."""

    code: int
    output: str
    cases: list[ElementTree.Element]  # of the XML, if one was written

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each testcase, by its nodeid property."""
        return {nodeid(case): outcome(case) for case in self.cases}


def nodeid(case: ElementTree.Element) -> str:
    """Of a case that is no test, such as a file, its class and its name."""
    values = [
        each.get("value") or ""
        for each in case.iter("property")
        if each.get("name") == "nodeid"
    ]
    assert len(values) <= 1, ElementTree.tostring(case)
    return values[0] if values else f"{case.get('classname')} {case.get('name')}"


def outcome(case: ElementTree.Element) -> str:
    for tag in ("failure", "error", "skipped"):
        if (found := case.find(tag)) is not None:
            return "xfailed" if found.get("type") == "pytest.xfail" else tag
    return "passed"


class Target:
    """A target's runfiles in a temporary folder."""

    label = "//tests:test_a"

    def __init__(self, folder: Path) -> None:
        self.root = folder / "runfiles"
        self.tmpdir = folder / "tmp"
        self.xml = folder / "test.xml"
        self.status = folder / "shard_status"
        for new in (self.root, self.tmpdir):
            new.mkdir()
        self.select()

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")

    def select(self, **fields: object) -> None:
        selection = {
            "target": self.label,
            "dist": "loadgroup",
            "files": ["tests/test_a.py"],
            "runs": ["rest"],
            "elsewhere": {},
            "markers": {"serial": ["serial"], "group": ["xdist_group"], "split": []},
            "config": "",
            "weights": {},
        }
        self.write("selection.json", json.dumps(selection | fields))

    def environ(self, shard: tuple[int, int] = (0, 1)) -> dict[str, str]:
        """What Bazel sets for a shard, given its index and the total."""
        index, total = shard
        return {
            **clean_environ(),
            "RULES_XDIST_SELECTION": "selection.json",
            "TEST_TARGET": self.label,
            "TEST_TMPDIR": str(self.tmpdir),
            "TEST_SHARD_INDEX": str(index),
            "TEST_TOTAL_SHARDS": str(total),
            "TEST_SHARD_STATUS_FILE": str(self.status),
            "XML_OUTPUT_FILE": str(self.xml),
        }

    def start(
        self,
        *args: str,
        shard: tuple[int, int] = (0, 1),
        env: Mapping[str, str] = {},
        main: str = str(PLUGIN_FOLDER / "xdist_main.py"),
        log: int | IO[bytes] = subprocess.PIPE,
        **how: Any,
    ) -> subprocess.Popen[str]:
        self.xml.unlink(missing_ok=True)
        return subprocess.Popen(
            [sys.executable, main, *args],
            cwd=self.root,
            env={**self.environ(shard), **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            **how,
        )

    def wait_for(self, name: str) -> None:
        """Until the tests have made a file."""
        path = self.root / name
        for _ in range(600):
            if path.exists():
                return
            time.sleep(0.05)
        raise AssertionError(f"{path} never came")

    def finish(self, process: subprocess.Popen[str]) -> Run:
        output, _ = process.communicate(timeout=60)
        found = ElementTree.parse(self.xml) if self.xml.exists() else None
        cases = [] if found is None else [*found.getroot().iter("testcase")]
        return Run(process.returncode, output or "", cases)

    def run(self, *args: str, **how: Any) -> Run:
        return self.finish(self.start(*args, **how))


def clean_environ() -> dict[str, str]:
    """The environment without the surrounding run's, for a new Python to start in."""
    path = [entry for entry in sys.path if Path(entry) != Path(__file__).parent]
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN)
    }
    environ["PYTHONPATH"] = os.pathsep.join([str(PLUGIN_FOLDER), *filter(None, path)])
    return environ


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path)


@pytest.fixture
def plain_environ() -> dict[str, str]:
    return clean_environ()
