"""Runs one shard: sets pytest up in a child process and watches over it.

The child runs pytest; the parent exists to say what happened when a test takes its
whole process down, and to fail the shard then. Exit codes:

    0        all selected tests passed, or none was selected: an empty shard passes
    1        a test failed, or the process that ran the tests died
    2, 3, 4  as pytest: interrupted, internal error, wrong use; 4 also when the
             environment or the selection file is wrong
    others   as plugins of pytest made them
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from rules_xdist import junit, measuring, process
from rules_xdist.errors import ConfigError
from rules_xdist.journal import Journal, Story
from rules_xdist.settings import Settings

PASSED, FAILED, WRONG_USE, NOTHING_COLLECTED = 0, 1, 4, 5


def main() -> None:
    """Runs the shard that the environment describes; exits, never returns."""
    _advertise_sharding()
    try:
        settings = Settings.from_environ(os.environ)
    except ConfigError as error:
        _say(str(error))
        sys.exit(WRONG_USE)
    journal = Journal.create(settings.tmpdir)
    child = process.fork()
    if child == 0:
        # Unwinds through whoever called main: coverage, for one, writes its data then.
        sys.exit(_run_pytest(settings, journal, sys.argv[1:]))
    ending = process.wait(child)
    code = _conclude(settings, journal.read(), ending)
    if code != PASSED:
        measuring.merge_failed(settings.coverage)
    sys.stdout.flush()
    sys.stderr.flush()
    # What was registered before the fork is the child's to do, and it has done it.
    os._exit(code)


def exit_code(pytest_code: int) -> int:
    """The shard's exit code for pytest's."""
    return PASSED if pytest_code == NOTHING_COLLECTED else pytest_code


def pytest_args(settings: Settings, user_args: Sequence[str]) -> list[str]:
    """pytest's command line: what the user says comes last, so it wins."""
    config = settings.selection.config
    # Node ids are relative to the working directory, wherever the configuration is.
    args = ["--rootdir=.", f"--config-file={config or os.devnull}"]
    if not config:
        # Without this pytest looks for a configuration, and then for conftest.py files,
        # in all folders above, which are not the test's inputs.
        args.append("--confcutdir=.")
    if settings.xml_path:
        args.append(f"--junitxml={settings.xml_path}")
    if settings.tmpdir:
        args.append(f"--override-ini=cache_dir={settings.tmpdir}/pytest_cache")
    if settings.fail_fast:
        args.append("--exitfirst")
    return [*args, *settings.selection.files, *user_args]


def _advertise_sharding() -> None:
    """First of all: without it Bazel reports its absence over any real error."""
    if path := os.environ.get("TEST_SHARD_STATUS_FILE"):
        with open(path, "a", encoding="utf-8"):
            pass


def _run_pytest(settings: Settings, journal: Journal, user_args: Sequence[str]) -> int:
    """The child's whole work; returns the shard's exit code."""
    journal.open_for_writing()
    os.environ.update(settings.worker.environ())
    if settings.tmpdir:
        os.environ.setdefault("TMPDIR", settings.tmpdir)
        # The folders of the sources are no place to write to.
        sys.dont_write_bytecode = True
    try:
        import pytest
    except ModuleNotFoundError as error:
        _say(f"pytest: {error}: it must be among the test's dependencies")
        journal.ended(WRONG_USE)
        return WRONG_USE

    from rules_xdist.plugin import ShardPlugin
    from rules_xdist.recording import RecordingPlugin

    plugins = [ShardPlugin(settings, journal), RecordingPlugin(journal)]
    measurement = measuring.begin(settings.coverage)
    code = int(pytest.main(pytest_args(settings, user_args), plugins))
    journal.ended(code)
    measurement.report(failed=exit_code(code) != PASSED)
    return exit_code(code)


def _conclude(settings: Settings, story: Story, ending: process.Ending) -> int:
    """The shard's exit code; reports a child that did not come to its proper end."""
    if ending.code >= 0 and story.exit_code is not None:
        # What pytest said counts, even if something made the process exit with 0.
        return exit_code(story.exit_code) or ending.code
    # pytest may have been in the middle of a line.
    print(file=sys.stderr)
    running = "no test" if story.running is None else f"{story.running}:"
    _say(f"{running} was running when the test process ended: {ending}")
    if story.selected is not None:
        left = story.selected - len(story.finished) - (story.running is not None)
        _say(f"{len(story.finished)} tests had finished, {left} never started")
    if settings.xml_path:
        junit.write(settings.xml_path, settings.selection.target, story, str(ending))
    return FAILED


def _say(text: str) -> None:
    for line in text.splitlines():
        print(f"rules_xdist: {line}", file=sys.stderr)
