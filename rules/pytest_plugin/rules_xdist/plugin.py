"""pytest's hooks of a shard: select its items, give its tests their worker id, report.

Decides nothing itself: what the shard runs is `share`'s to say, what nobody runs
`census`'. Not here: what happens while tests run (recording).
"""

from __future__ import annotations

import operator
from collections.abc import Generator
from itertools import compress

import pytest

from rules_xdist import census, marks, standin
from rules_xdist.identity import Worker
from rules_xdist.journal import Journal
from rules_xdist.settings import Settings
from rules_xdist.share import Share, share


class WorkerFixtures:
    """pytest-xdist's two fixtures, with the shard as the worker."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @pytest.fixture(scope="session")
    def worker_id(self) -> str:
        """The id of this process, which no other shard shares: gw<number>."""
        return self._worker.id

    @pytest.fixture(scope="session")
    def testrun_uid(self) -> str:
        """An id that all shards of this target's run share."""
        return self._worker.testrun_uid


class ShardPlugin:
    """Runs of all collected items those that are this shard's."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self._settings = settings
        self._journal = journal
        self._share: Share | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        standin.add_options(parser)

    # Wrappers begin before every other hook, so also before pytest-cov and pytest-xdist
    # look at the options, here and in the next.
    @pytest.hookimpl(wrapper=True)
    def pytest_load_initial_conftests(
        self, early_config: pytest.Config, parser: pytest.Parser
    ) -> Generator[None]:
        standin.start_no_workers(early_config.known_args_namespace)
        if early_config.pluginmanager.is_blocked("cacheprovider"):
            # The runner sets cache_dir, which nobody else would know in this case.
            parser.addini("cache_dir", "Unused: the cache is switched off.")
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(
        self, config: pytest.Config
    ) -> Generator[None, object, object]:
        standin.start_no_workers(config.option)
        return (yield)

    def pytest_configure(self, config: pytest.Config) -> None:
        marks.register(config)
        # Of two plugins' fixtures with one name the later registered wins. By now
        # pytest-xdist is registered, whose worker_id would say "master".
        fixtures = WorkerFixtures(self._settings.worker)
        config.pluginmanager.register(fixtures, "rules_xdist_fixtures")

    def pytest_report_header(self) -> str:
        return f"rules_xdist: {self._title()}, dist={self._settings.dist}"

    # After everybody else, so that marks which other hooks add do count.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        yield
        settings = self._settings
        selection = settings.selection
        tests = [marks.read(item, selection.markers) for item in items]
        if lost := census.strays(tests, selection):
            raise pytest.UsageError(census.explain(lost, selection))
        self._share = share(tests, selection, settings.dist, settings.shard)
        chosen = self._share.chosen
        if dropped := [*compress(items, map(operator.not_, chosen))]:
            config.hook.pytest_deselected(items=dropped)
            items[:] = compress(items, chosen)
        self._journal.selected(len(items))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        # On each report, since pytest's JUnit takes a testcase's properties from
        # whichever closes it; never on the item, where tests would see it.
        report.user_properties = [*report.user_properties, ("nodeid", item.nodeid)]
        return report

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        if self._share is not None:
            terminalreporter.write_line(
                f"rules_xdist: {self._title()}: {self._share}, "
                f"dist={self._settings.dist}"
            )

    def _title(self) -> str:
        settings = self._settings
        return f"{settings.selection.target} {settings.shard} ({settings.worker.id})"
