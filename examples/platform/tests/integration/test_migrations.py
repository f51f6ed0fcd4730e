"""Schema migrations of the database that everything on a host would use.

A migration must find nobody at work, so all of this file is serial. In return the
database may have a fixed place on the host.
"""

import sqlite3
from contextlib import closing

import pytest

from billing import migrations
from billing.migrations import LATEST, SchemaMismatch, migrate, version
from billing.store import Store, connect

pytestmark = [pytest.mark.integration, pytest.mark.serial]


@pytest.fixture
def database(host):
    path = host.folder / "migrated.sqlite3"
    path.unlink(missing_ok=True)
    return path


@pytest.fixture
def connection(database):
    with closing(connect(database)) as opened:
        yield opened


def test_from_nothing_to_the_latest(connection):
    assert migrate(connection) == list(range(1, LATEST + 1))
    assert version(connection) == LATEST


def test_a_second_run_changes_nothing(connection):
    migrate(connection)
    assert migrate(connection) == []


@pytest.mark.parametrize("start", [1, LATEST - 1])
def test_data_survives(database, connection, acme, start):
    migrate(connection, start)
    Store(connection).add_tenant(acme)
    migrate(connection)
    with Store.opened(database) as store:
        assert store.tenant("acme") == acme


def test_a_step_that_fails_is_undone_as_a_whole(connection):
    broken = (*migrations.STEPS, ("CREATE TABLE half (id)", "CREATE TABLE half (id)"))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, LATEST + 1, broken)
    assert version(connection) == LATEST
    assert "tenant" in tables(connection)
    assert "half" not in tables(connection)


def test_a_newer_database_is_left_alone(connection):
    connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    with pytest.raises(SchemaMismatch, match="no way back"):
        migrate(connection)


def tables(connection):
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}
