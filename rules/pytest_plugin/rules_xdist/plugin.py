"""pytest's hooks of a shard: select its items, give its tests their worker id, report.

Decides nothing itself: what the shard runs is `share`'s to say, what nobody runs
`strays`'. Not here: what happens while tests run (recording).
"""

from __future__ import annotations

import argparse
import operator
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import compress

import pytest

from rules_xdist import bytecode, filter, marks, standin
from rules_xdist.doctests import DoctestsAlone
from rules_xdist.empty_sets import EmptySetsPlugin
from rules_xdist.identity import Worker
from rules_xdist.ignoring import IgnoredFilesPlugin
from rules_xdist.journal import Planned, pending
from rules_xdist.nodeids import in_workspace
from rules_xdist.settings import Settings
from rules_xdist.share import Share, fingerprint, share, weightless
from rules_xdist.skipping import SkippedFolders
from rules_xdist.strays import StraysPlugin
from rules_xdist.worker_api import Membership


class WorkerFixtures:
    """pytest-xdist's two fixtures, with the shard as the worker; and its slot."""

    def __init__(self, worker: Worker, slot: int) -> None:
        self._worker = worker
        self._slot = slot

    @pytest.fixture(scope="session")
    def worker_id(self) -> str:
        """The id of this process, which no other shard shares: gw<number>."""
        return self._worker.id

    @pytest.fixture(scope="session")
    def testrun_uid(self) -> str:
        """An id that all shards of this target's run share."""
        return self._worker.testrun_uid

    @pytest.fixture(scope="session")
    def xdist_slot(self) -> int:
        """A small number that no other test process on this host has meanwhile."""
        return self._slot


class ShardPlugin:
    """Runs of all collected items those that are this shard's.

    `planned` is told of them, of --maxfail, by a fingerprint of what they were chosen
    from, and why the whole target has none, if so. `ended` are those of them that an earlier process ran, or died of.
    """

    def __init__(
        self,
        settings: Settings,
        planned: Callable[[list[Planned], int, str, str], None],
        slot: int,
        ended: Counter[str],
    ) -> None:
        self._settings = settings
        self._worker = settings.worker
        self._tell_plan = planned
        self._slot = slot
        self._ended = ended
        self._skipped = SkippedFolders()
        self._strays = StraysPlugin(settings.selection, settings.shard)
        self._ignoring = IgnoredFilesPlugin()
        self._share: Share | None = None
        self._weightless: list[str] = []
        self._empty = ""

    def exit_code(self, code: int) -> int:
        """What pytest's exit code means for the shard's tests."""
        return code

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        standin.add_options(parser)

    def decide_workers(self, options: argparse.Namespace) -> None:
        """Makes parsed options say what workers of pytest-xdist there are: none."""
        standin.start_no_workers(options)

    def join_workers(self, config: pytest.Config) -> None:
        """Makes this process the shard's worker."""
        membership = Membership(config, self._worker)
        membership.join()
        config.pluginmanager.register(membership, "rules_xdist_membership")

    # Wrappers begin before every other hook, so also before pytest-cov and pytest-xdist
    # look at the options, here and in the next.
    @pytest.hookimpl(wrapper=True)
    def pytest_load_initial_conftests(
        self, early_config: pytest.Config, parser: pytest.Parser
    ) -> Generator[None]:
        bytecode.serve_pytest(early_config)
        self.decide_workers(early_config.known_args_namespace)
        standin.measure_nothing(early_config.known_args_namespace)
        if early_config.pluginmanager.is_blocked("cacheprovider"):
            # The runner sets cache_dir, which nobody else would know in this case.
            parser.addini("cache_dir", "Unused: the cache is switched off.")
        with self._skipped.left_to_collection(early_config.pluginmanager):
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(
        self, config: pytest.Config
    ) -> Generator[None, object, object]:
        self.decide_workers(config.option)
        current = config.invocation_params.dir
        config.args = self._skipped.instead_of_files(config.args, current)
        self.join_workers(config)
        return (yield)

    def pytest_configure(self, config: pytest.Config) -> None:
        marks.register(config)
        # Of two plugins' fixtures with one name the later registered wins. By now
        # pytest-xdist is registered, whose worker_id would say "master".
        fixtures = WorkerFixtures(self._worker, self._slot)
        config.pluginmanager.register(fixtures, "rules_xdist_fixtures")
        if self._settings.selection.doctests:
            config.pluginmanager.register(DoctestsAlone(), "rules_xdist_doctests")
        empty_sets = EmptySetsPlugin(self._settings.selection.target)
        config.pluginmanager.register(empty_sets, "rules_xdist_empty_sets")
        config.pluginmanager.register(self._strays, "rules_xdist_strays")
        config.pluginmanager.register(self._ignoring, "rules_xdist_ignoring")
        asked = self._settings.filter.expression
        config.option.keyword = filter.both(config.option.keyword, asked)

    def pytest_report_header(self) -> str:
        return f"rules_xdist: {self._title()}, dist={self._settings.dist}"

    # After everybody else, so that marks which other hooks add do count.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        settings = self._settings
        selection = settings.selection
        # Before anything is left out, by -k for example.
        named = (in_workspace(selection.root, item.nodeid) for item in items)
        self._weightless = weightless(named, selection)
        collected = len(items)
        yield
        left = len(items)
        tests = [marks.read(item, selection.markers, selection.root) for item in items]
        asked = [settings.filter.takes(test.nodeid) for test in tests]
        tests = [*compress(tests, asked)]
        _keep(config, items, asked)
        self._share = share(tests, selection, settings.dist, settings.shard)
        strays = self._strays.find(tests, config.option.collectonly)
        if not self._share.of_target and not any(strays):
            self._empty = "" if self._is_asked(config) else _why(collected, left)
        found = fingerprint(tests, self._share.units)
        taken = [*map(operator.or_, self._share.chosen, strays)]
        _keep(config, items, taken)
        units = compress(self._share.units, taken)
        waiting = pending([item.nodeid for item in items], self._ended)
        plan = [*compress(map(_planned, items, units), waiting)]
        items[:] = compress(items, waiting)
        if not config.option.collectonly:
            maxfail = config.option.maxfail or 0
            self._tell_plan(plan, maxfail, found, self._empty)

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        for line in self.summary():
            terminalreporter.write_line(line)

    def summary(self) -> Iterator[str]:
        """What a person is to know of the shard in the end."""
        if self._share is None:
            return
        settings = self._settings
        yield f"rules_xdist: {self._title()}: {self._share}, dist={settings.dist}"
        if self._empty:
            yield f"rules_xdist: {settings.target}: it has no tests: {self._empty}"
        if str(settings.filter) and not any(self._share.chosen):
            yield (
                f"rules_xdist: --test_filter={settings.filter}: "
                "takes none of this shard's tests"
            )
        for line in self._strays.summary():
            yield f"rules_xdist: {line}"
        yield from self._ignoring.summary()
        for name in self._weightless:
            yield (
                f"rules_xdist: weights: {name}: no such test any more: take it out of "
                f"the weights of {settings.selection.target}"
            )

    def _is_asked(self, config: pytest.Config) -> bool:
        """Whether somebody wants only some tests."""
        options = config.option
        chosen = options.keyword or options.markexpr or options.deselect
        return bool(chosen or str(self._settings.filter))

    def _title(self) -> str:
        settings = self._settings
        return f"{settings.target} {settings.shard} ({settings.worker.id})"


def _keep(
    config: pytest.Config, items: list[pytest.Item], chosen: Sequence[bool]
) -> None:
    if dropped := [*compress(items, map(operator.not_, chosen))]:
        config.hook.pytest_deselected(items=dropped)
        items[:] = compress(items, chosen)


def _why(collected: int, left: int) -> str:
    """Why a target has no tests."""
    if left:
        return f"the {left} that pytest collected are other targets'"
    if collected:
        return f"a hook deselected all {collected} that pytest collected"
    return "pytest collected none"


def _planned(item: pytest.Item, unit: str | None) -> Planned:
    file, line, _ = item.location
    return Planned(item.nodeid, unit or "", file, 0 if line is None else line + 1)
