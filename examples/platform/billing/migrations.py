"""The database's schema, as steps that are each applied once and in order.

A step and its version number are committed together, so that a migration which dies
half-way leaves the last complete version behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from billing.errors import BillingError

Step = Sequence[str]

STEPS: tuple[Step, ...] = (
    (
        "CREATE TABLE tenant (slug TEXT PRIMARY KEY, name TEXT NOT NULL,"
        " country TEXT NOT NULL, currency TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE ledger_transaction (id INTEGER PRIMARY KEY,"
        " tenant TEXT NOT NULL REFERENCES tenant, memo TEXT NOT NULL)",
        "CREATE TABLE posting (account TEXT NOT NULL, minor INTEGER NOT NULL,"
        " ledger_transaction INTEGER NOT NULL REFERENCES ledger_transaction)",
    ),
    (
        "CREATE TABLE invoice (tenant TEXT NOT NULL REFERENCES tenant,"
        " number INTEGER NOT NULL, status TEXT NOT NULL, PRIMARY KEY (tenant, number))",
        "CREATE TABLE invoice_line (tenant TEXT NOT NULL, number INTEGER NOT NULL,"
        " text TEXT NOT NULL, minor INTEGER NOT NULL,"
        " FOREIGN KEY (tenant, number) REFERENCES invoice)",
    ),
    ("CREATE INDEX transaction_by_tenant ON ledger_transaction (tenant, id)",),
)
LATEST = len(STEPS)


class SchemaMismatch(BillingError):
    """The database's version is not the one that this program works with."""


def version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def migrate(
    connection: sqlite3.Connection, target: int = LATEST, steps: Sequence[Step] = STEPS
) -> list[int]:
    """Bring the schema to the target version; return the versions gone through.

    The connection must be in autocommit mode: each step is a transaction of its own.
    """
    start = version(connection)
    if start > target:
        raise SchemaMismatch(f"schema {start}: newer than {target}, and no way back")
    applied = list(range(start + 1, target + 1))
    for number in applied:
        _apply(connection, number, steps[number - 1])
    return applied


def require_latest(connection: sqlite3.Connection) -> None:
    found = version(connection)
    if found != LATEST:
        raise SchemaMismatch(f"schema {found}: need {LATEST}; run `billing migrate`")


def _apply(connection: sqlite3.Connection, number: int, step: Step) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in step:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
