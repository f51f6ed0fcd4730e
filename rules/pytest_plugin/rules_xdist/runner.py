"""Runs one shard: sets pytest up in a child process and watches over it.

The child runs pytest. When a test takes its whole process down, the parent says so and
starts another for the tests that are left; in the end it writes the report. Exit codes:

    0        all selected tests passed, or none was selected: an empty shard passes
    1        a test failed, or a process that ran the tests died
    2, 3, 4  as pytest: interrupted, internal error, wrong use; 4 also when the
             environment or the selection file is wrong
    others   as plugins of pytest made them
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rules_xdist import measuring, protocol, slot, verdict
from rules_xdist.errors import ConfigError
from rules_xdist.journal import FAILURES, Journal, Story
from rules_xdist.measuring import Measurement
from rules_xdist.process import Watch
from rules_xdist.scratch import Scratch
from rules_xdist.search_path import for_children
from rules_xdist.settings import START, Settings


def main() -> None:
    """Runs the shard that the environment describes; exits, never returns."""
    parent = os.getpid()
    protocol.begin(os.environ)
    try:
        settings = Settings.from_environ(os.environ)
        code = _supervise(settings, sys.argv[1:])
    except ConfigError as error:
        code = _blame_infrastructure(str(error), verdict.WRONG_USE)
    except Exception as error:
        if os.getpid() != parent:
            raise  # What comes out of pytest may be the suite's own fault.
        traceback.print_exc()
        code = _blame_infrastructure(repr(error), verdict.INTERNAL_ERROR)
    protocol.end(os.environ)
    sys.stdout.flush()
    sys.stderr.flush()
    # What was registered before the fork is the child's to do, and it has done it.
    os._exit(code)


def _supervise(settings: Settings, user_args: Sequence[str]) -> int:
    """The parent's whole work; returns the shard's exit code."""
    scratch = Scratch.make(settings.tmpdir, os.environ.get("TMPDIR", ""))
    # Taken for as long as this function runs; workers take their own.
    number, _hold = slot.take() if settings.workers == 1 else (0, None)
    journal = Journal.create(settings.tmpdir)
    watch = Watch()
    story = Story()
    while True:
        if watch.fork() == 0:
            _set_environment(settings, scratch, number)
            # Unwinds through whoever called main: coverage, for one, writes its data.
            sys.exit(_run_pytest(settings, journal, number, story, user_args))
        # What the report needs loads while the child does.
        from rules_xdist import junit  # noqa: F401

        ending = watch.wait()
        ended_before = len(story.finished)
        story = journal.read()
        how = f"{ending}: {verdict.TOLD_TO_END}" if watch.told_to_end else str(ending)
        cause = verdict.cause_of_death(story, ending.code, how)
        suspects = len(story.running) > 1 and not watch.told_to_end
        if cause:
            _say_death(story, ended_before, cause)
            journal.died(cause, suspects)
            story = journal.read()
        elif not story.cut_short:
            left = verdict.why_left(story)
            break
        left = verdict.why_not_go_on(ended_before, story, watch.told_to_end)
        if left or not story.left:
            break
        if suspects:
            settings = replace(settings, workers=1)
            number, _hold = slot.take()
            _say("one of these it was: what is left runs without workers")
        _say("a new process runs what is left")
    if why := verdict.unexplained(story):
        story.causes.append(why)
    scratch.remove()
    _report(settings, story, left)
    code = verdict.exit_code(story, ending.code)
    if code != verdict.PASSED:
        measuring.merge_failed(settings.coverage)
    return code


def _report(settings: Settings, story: Story, left: str) -> None:
    from rules_xdist import junit

    if left and story.left:
        _say(f"{len(story.left)} of the tests never ran: {left}")
    if story.deaths + (story.exit_code is not None) > 1:
        counts = Counter(test.outcome for test in story.finished)
        parts = (f"{count} {outcome}" for outcome, count in counts.items())
        _say(f"all processes of this shard together: {', '.join(parts)}")
    protocol.warn(os.environ, story.warnings)
    if settings.xml_path:
        properties = _properties(settings, story)
        junit.write(settings.xml_path, settings.target, story, left, properties)


def _properties(settings: Settings, story: Story) -> dict[str, str]:
    """What the report says of the shard as a whole."""
    units = [test.unit for test in story.planned or [] if test.unit]
    groups = settings.selection.dynamic_groups(units)
    return {
        **({"dynamic_groups": json.dumps(groups)} if groups else {}),
        "target": settings.target,
        "shard": str(settings.shard),
        "run": settings.run,
        "worker_id": settings.worker.id,
        "dist": settings.dist,
    } | ({"pytest_root": settings.selection.root} if settings.selection.root else {})


def pytest_args(settings: Settings, user_args: Sequence[str]) -> list[str]:
    """pytest's command line: what the user says comes last, so it wins."""
    selected = settings.selection
    root = selected.root or os.curdir
    config = os.path.relpath(selected.config, root) if selected.config else ""
    # Node ids are relative to the working directory, wherever the configuration is.
    args = ["--rootdir=.", f"--config-file={config or os.devnull}"]
    if not config:
        # Without this pytest looks for a configuration, and then for conftest.py files,
        # in all folders above, which are not the test's inputs.
        args.append("--confcutdir=.")
    if settings.tmpdir:
        args.append(f"--override-ini=cache_dir={settings.tmpdir}/pytest_cache")
    if settings.fail_fast:
        args.append("--exitfirst")
    if settings.workers > 1:
        args += ["-p", "rules_xdist.worker"]
    files = [os.path.relpath(file, root) for file in selected.files]
    return [*args, *files, *user_args]


def _enter(settings: Settings) -> None:
    """Goes to where the project's people start pytest."""
    if not settings.folder:
        return
    os.environ[START] = settings.start
    # What was relative, for this process and for those that tests start.
    sys.path[:] = [_absolute(entry) for entry in sys.path]
    if path := os.environ.get("PYTHONPATH"):
        entries = map(_absolute, path.split(os.pathsep))
        os.environ["PYTHONPATH"] = os.pathsep.join(entries)
    os.chdir(os.path.join(settings.start, settings.folder))


def _let_children_import() -> None:
    """Before the current folder changes."""
    folders = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    runfiles = os.environ.get("TEST_SRCDIR") or os.pardir
    path = for_children(os.environ.get("PYTHONPATH"), sys.path, runfiles, folders)
    if path is not None:
        os.environ["PYTHONPATH"] = path


def _absolute(entry: str) -> str:
    return os.path.abspath(entry) if entry else entry


def _set_environment(settings: Settings, scratch: Scratch, number: int) -> None:
    """The child's, for its tests to see."""
    _let_children_import()
    _enter(settings)
    if settings.workers == 1:
        os.environ.update(settings.worker.environ())
        os.environ[slot.VARIABLE] = str(number)
        # The launcher's own: of what tests start, a script finds the modules beside it.
        os.environ.pop("PYTHONSAFEPATH", None)
    else:
        for name in settings.worker.environ():
            os.environ.pop(name, None)
    if scratch.path:
        os.environ["TMPDIR"] = scratch.path
    if settings.tmpdir:
        # The folders of the sources are no place to write to.
        sys.dont_write_bytecode = True


def _run_pytest(
    settings: Settings,
    journal: Journal,
    number: int,
    story: Story,
    user_args: Sequence[str],
) -> int:
    """The child's whole work; returns the shard's exit code.

    `story` is what happened in the shard before.
    """
    journal.open_for_writing()
    if missing := _missing(settings):
        _say(missing)
        journal.ended(verdict.WRONG_USE)
        return verdict.WRONG_USE
    import pytest

    measurement = measuring.begin(settings.coverage)
    shard, *others = _plugins(settings, journal, number, story, measurement)
    said = int(pytest.main(pytest_args(settings, user_args), [shard, *others]))
    journal.ended(shard.exit_code(said))
    code = verdict.empty_passes(shard.exit_code(said))
    measurement.report(failed=code != verdict.PASSED)
    return code


def _plugins(
    settings: Settings,
    journal: Journal,
    number: int,
    story: Story,
    measurement: Measurement,
) -> list[Any]:
    """The shard's plugins of pytest, the one that selects its tests first."""
    from rules_xdist.recording import RecordingPlugin, SuiteProperties, TestsPlugin

    ended = Counter(test.nodeid for test in story.finished)
    recording = RecordingPlugin(journal)
    properties = SuiteProperties(journal.recorded)
    if settings.workers > 1:
        from rules_xdist.controller import ControllerPlugin

        controller = ControllerPlugin(settings, journal, recording, ended)
        return [controller, recording, properties]
    from rules_xdist.attempts import AttemptsPlugin
    from rules_xdist.guard import Guard
    from rules_xdist.plugin import ShardPlugin

    guard = Guard()
    shard = ShardPlugin(settings, journal.planned, number, ended)
    tests = TestsPlugin(journal, recording, guard)
    plugins = [shard, recording, properties, guard, AttemptsPlugin(), tests]
    if settings.boxed:
        from rules_xdist.boxed import BoxPlugin

        plugins.append(BoxPlugin(measurement, properties, guard))
    return plugins


def _missing(settings: Settings) -> str:
    """What is wrong with the dependencies of the test; empty if nothing is."""
    try:
        import pytest  # noqa: F401
    except ModuleNotFoundError as error:
        return f"pytest: {error}: it must be among the test's dependencies"
    if settings.workers > 1 and importlib.util.find_spec("xdist") is None:
        return (
            f"workers = {settings.workers}: pytest-xdist must be among the test's "
            "dependencies: add it to deps, such as @pypi//pytest_xdist"
        )
    return ""


def _say_death(story: Story, ended_before: int, cause: str) -> None:
    # pytest may have been in the middle of a line.
    print(file=sys.stderr)
    # Which it would have shown in the end.
    for test in story.finished[ended_before:]:
        if test.outcome in FAILURES:
            _say(f"{test.nodeid}: {test.outcome}:\n{test.text}")
    for running in [f"{nodeid}:" for nodeid in story.running] or ["no test"]:
        _say(f"{running} was running when the test process ended: {cause}")
    if story.planned is not None:
        left = len(story.left) - len(story.running)
        _say(f"{len(story.finished)} tests had finished, {left} never started")


def _blame_infrastructure(what: str, code: int) -> int:
    _say(what)
    protocol.blame_infrastructure(os.environ, what)
    return code


def _say(text: str) -> None:
    for line in text.splitlines():
        print(f"rules_xdist: {line}", file=sys.stderr)
