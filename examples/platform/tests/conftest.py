"""What all tests share: the isolation rules, and databases that rely on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from billing.migrations import migrate
from billing.store import connect
from billing.tenants import Tenant
from tests.support.groups import Roster, group_of
from tests.support.isolation import Host, host_of_run

ROSTER = pytest.StashKey[Roster]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROSTER] = Roster()


def pytest_itemcollected(item: pytest.Item) -> None:
    item.config.stash[ROSTER].add(item)


@pytest.fixture(scope="session", autouse=True)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    try:
        worker_id = request.getfixturevalue("worker_id")
    except pytest.FixtureLookupError:
        worker_id = "master"  # pytest alone, with nothing that distributes tests
    base = tmp_path_factory.getbasetemp()
    with host_of_run(request.config, base, worker_id).joined() as joined:
        yield joined


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest, host: Host) -> Iterator[None]:
    """Hold every test to the rules, whatever it does itself."""
    test: pytest.Item = request.node
    group = group_of(test)
    if group:
        require_whole(group, request.session, host)
        host.claim(group)
    serial = test.get_closest_marker("serial")
    with host.alone(test.nodeid) if serial else host.among_others(test.nodeid):
        yield


def require_whole(group: str, session: pytest.Session, host: Host) -> None:
    """A process that was handed its share of the tests must have all of a group.

    Not so where a person narrows the run down. A worker of pytest-xdist has collected
    all tests, whichever it is handed: there the claim in the shared folder must do.
    """
    options = session.config.option
    filtered = (
        options.keyword or options.markexpr or "TESTBRIDGE_TEST_ONLY" in os.environ
    )
    if host.worker_id == "master" or filtered:
        return
    missing = session.config.stash[ROSTER].missing(group, session.items)
    if missing:
        pytest.fail(
            f"group {group!r}: split, process {host.worker_id!r} was given it without"
            f" {', '.join(missing)}",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def shared_database(host: Host) -> Path:
    """The one database of the test run. Only the group `db` may use it.

    Made afresh, so a second process would pull it from under the first one's feet.
    """
    host.claim("db")
    return new_database(host.folder / "shared.sqlite3")


@pytest.fixture(scope="module")
def own_database(host: Host) -> Path:
    """A database of this process, at a place that only its worker id makes its own."""
    return new_database(host.own_folder() / "books.sqlite3")


def new_database(path: Path) -> Path:
    path.unlink(missing_ok=True)
    with closing(connect(path)) as connection:
        migrate(connection)
    return path


@pytest.fixture
def acme() -> Tenant:
    return Tenant("acme", "Acme GmbH", "DE", "EUR")
