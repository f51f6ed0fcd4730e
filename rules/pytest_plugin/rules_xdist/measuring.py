"""Coverage of a shard, for `bazel coverage`: coverage.py around pytest.

rules_python's own start-up measures only where it is told of a coverage tool, and takes
a shard in which no line ran for a failure. Where it does measure, that is used. Of a
test that fails, Bazel collects nothing: then this does what Bazel would have done.

Not here: adding up what shards and targets report (Bazel, with tools/lcov).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Places:
    """Where Bazel wants coverage, all absolute."""

    root: str  # where the manifest's paths begin
    start: str  # where tests find them, in their runfiles
    folder: str  # what lies here, named *.dat, is merged
    manifest: str  # the sources that count
    merger: str
    output: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], start: str) -> Places | None:
        """None unless this is a run of `bazel coverage`."""
        folder = environ.get("COVERAGE_DIR", "")
        manifest = environ.get("COVERAGE_MANIFEST", "")
        if not folder or not manifest:
            return None
        root = environ.get("ROOT") or start
        merger = environ.get("LCOV_MERGER", "")
        return cls(
            root=root,
            start=start,
            folder=os.path.join(root, folder),
            manifest=os.path.join(root, manifest),
            merger=os.path.join(root, merger) if merger else "",
            output=os.path.join(root, environ.get("COVERAGE_OUTPUT_FILE", "")),
        )


# Files to the lines, or the pairs of lines one after the other, that ran.
Ran = dict[str, list[Any]]


class Measurement(Protocol):
    """What is being measured in this process, and in copies of it that it forks."""

    def take(self) -> Ran:
        """Ends the measurement in a copy; what it measured, for the original to add."""

    def add(self, ran: Ran) -> None:
        """Adds what a copy has measured."""

    def report(self, failed: bool) -> None:
        """Ends the measurement and leaves a tracefile where Bazel merges them."""


class Nothing:
    """A run that is not measured."""

    def take(self) -> Ran:
        return {}

    def add(self, ran: Ran) -> None:
        pass

    def report(self, failed: bool) -> None:
        pass


def begin(places: Places | None) -> Measurement:
    """Starts to measure this process, from here on, if places say so."""
    if places is None:
        return Nothing()
    sources = _sources(places)
    if not sources:
        return Nothing()
    try:
        import coverage
    except ModuleNotFoundError:
        _say(
            "no coverage is measured: coverage.py must be among the test's dependencies"
        )
        return Nothing()
    if running := coverage.Coverage.current():
        return _Measured(running, sources, places, is_ours=False)
    ours = coverage.Coverage(branch=True, data_file=None, include=[*sources])
    # The project's configuration counts in what it says of lines, not of files.
    for option in ("run:source", "run:source_pkgs", "run:source_dirs"):
        ours.set_option(option, [])
    ours.set_option("run:relative_files", False)
    # That nothing ran, in a shard without tests, is not worth a warning.
    quiet = ours.get_option("run:disable_warnings") or []
    ours.set_option("run:disable_warnings", [*quiet, "no-data-collected"])
    ours.start()
    return _Measured(ours, sources, places, is_ours=True)


class _Measured:
    def __init__(
        self, measured: Any, sources: Mapping[str, str], places: Places, is_ours: bool
    ) -> None:
        self._measured = measured
        self._sources = sources
        self._places = places
        self._is_ours = is_ours
        # What coverage.py names files from: where it was started.
        self._start = os.path.realpath(os.curdir if is_ours else places.start)
        # Kept apart until the end, lest copies that are yet to be forked have it, too.
        self._added: dict[str, set[Any]] = {}

    def take(self) -> Ran:
        self._measured.stop()
        data = self._measured.get_data()
        what = data.arcs if self._has_branches() else data.lines
        return {file: what(file) or [] for file in data.measured_files()}

    def add(self, ran: Ran) -> None:
        for file, what in ran.items():
            self._added.setdefault(file, set()).update(what)

    def report(self, failed: bool) -> None:
        import coverage

        if self._added:
            data = self._measured.get_data()
            (data.add_arcs if self._has_branches() else data.add_lines)(self._added)
        if not self._is_ours and not failed:
            return  # Whoever started it reports it.
        self._measured.stop()
        path = os.path.join(self._places.folder, f"pytest.{os.getpid()}.dat")
        try:
            self._write(path + ".part")
        except coverage.CoverageException as error:
            _say(f"no coverage is reported: {error}")
        else:
            # Never half a tracefile, even if this process is killed.
            os.rename(path + ".part", path)

    def _has_branches(self) -> bool:
        return bool(self._measured.get_option("run:branch"))

    def _write(self, path: str) -> None:
        """Sources that never ran are in the report too, with all their lines."""
        if self._is_ours:
            # Else a report of no data would have no branches.
            self._measured.get_data().add_arcs({})
        omitted = [
            pattern
            for option in ("run:omit", "report:omit")
            for pattern in self._measured.get_option(option) or ()
        ]
        self._measured.lcov_report(
            [*self._sources], outfile=path, ignore_errors=True, omit=omitted or None
        )
        with open(path, encoding="utf-8") as file:
            lines = [self._renamed(line) for line in file]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def _renamed(self, line: str) -> str:
        """coverage.py names the files that links lead to; Bazel knows the links."""
        if not line.startswith("SF:"):
            return line
        path = os.path.join(self._start, line.removeprefix("SF:").rstrip("\n"))
        return f"SF:{self._sources.get(path, path)}\n"


def merge_failed(places: Places | None) -> None:
    """Makes a failed shard's coverage file, which Bazel makes only of those that pass."""
    if places is None or not os.path.exists(places.merger):
        return
    command = [
        places.merger,
        f"--coverage_dir={places.folder}",
        f"--output_file={places.output}",
        f"--source_file_manifest={places.manifest}",
    ]
    # As Bazel does, for its own merger.
    env = {**os.environ, "JAVA_RUNFILES": ""}
    try:
        subprocess.run(command, cwd=places.root, env=env, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"no coverage is reported: {error}")


def _sources(places: Places) -> dict[str, str]:
    """The Python files that the manifest names, by the files that links lead to."""
    sources = {}
    with open(places.manifest, encoding="utf-8") as manifest:
        for path in map(str.strip, manifest):
            if path.endswith(".py"):
                runfile = os.path.join(places.start, _runfile(path))
                for place in (runfile, os.path.join(places.root, path)):
                    if os.path.exists(place):
                        sources[os.path.realpath(place)] = path
    return sources


def _runfile(path: str) -> str:
    """Where a test finds the file at a path of the manifest, from where tests begin."""
    parts = path.split("/")
    if parts[0] == "bazel-out":
        parts = parts[3:]  # bazel-out/<configuration>/bin
    if parts[0] == "external":
        parts[0] = ".."
    return os.path.join(*parts)


def _say(text: str) -> None:
    print(f"rules_xdist: {text}", file=sys.stderr)
