"""The books in SQLite. Every question names its tenant; none can see another's rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from billing import migrations
from billing.errors import Conflict, NotFound
from billing.invoices import Invoice, Line, Status
from billing.ledger import Posting, Transaction
from billing.money import Money
from billing.tenants import Tenant


def connect(path: str | PathLike[str]) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are written out where needed."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Store:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, path: str | PathLike[str]) -> Iterator[Store]:
        connection = connect(path)
        try:
            migrations.require_latest(connection)
            yield cls(connection)
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction; it waits for another process's to end."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add_tenant(self, tenant: Tenant) -> None:
        row = (tenant.slug, tenant.name, tenant.country, tenant.currency)
        try:
            self._connection.execute("INSERT INTO tenant VALUES (?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            raise Conflict(f"tenant {tenant.slug!r}: exists already") from None

    def tenant(self, slug: str) -> Tenant:
        row = self._one("SELECT * FROM tenant WHERE slug = ?", slug)
        if row is None:
            raise NotFound(f"tenant {slug!r}: unknown")
        return Tenant(*row)

    def count_tenants(self) -> int:
        return self._one("SELECT count(*) FROM tenant")[0]

    def record(self, tenant: Tenant, transaction: Transaction) -> None:
        cursor = self._connection.execute(
            "INSERT INTO ledger_transaction (tenant, memo) VALUES (?, ?)",
            (tenant.slug, transaction.memo),
        )
        self._connection.executemany(
            "INSERT INTO posting VALUES (?, ?, ?)",
            [
                (posting.account, posting.amount.minor, cursor.lastrowid)
                for posting in transaction.postings
            ],
        )

    def transactions(self, tenant: Tenant) -> list[Transaction]:
        """All of a tenant's transactions, oldest first."""
        found: dict[int, tuple[str, list[Posting]]] = {}
        for key, memo, account, minor in self._connection.execute(
            "SELECT t.id, t.memo, p.account, p.minor FROM ledger_transaction t"
            " JOIN posting p ON p.ledger_transaction = t.id"
            " WHERE t.tenant = ? ORDER BY t.id, p.rowid",
            (tenant.slug,),
        ):
            posting = Posting(account, Money(minor, tenant.currency))
            found.setdefault(key, (memo, []))[1].append(posting)
        return [Transaction(memo, tuple(rows)) for memo, rows in found.values()]

    def trial_balance(self) -> dict[str, int]:
        """Minor units by currency over all tenants: zero each, or the books are off."""
        return dict(
            self._connection.execute(
                "SELECT tenant.currency, sum(p.minor) FROM posting p"
                " JOIN ledger_transaction t ON t.id = p.ledger_transaction"
                " JOIN tenant ON tenant.slug = t.tenant GROUP BY 1"
            )
        )

    def next_invoice_number(self, tenant: Tenant) -> int:
        """Gapless a tenant, as the law asks; only safe within `writing()`."""
        query = "SELECT coalesce(max(number), 0) + 1 FROM invoice WHERE tenant = ?"
        return self._one(query, tenant.slug)[0]

    def add_invoice(self, invoice: Invoice) -> None:
        key = (invoice.tenant.slug, invoice.number)
        self._connection.execute(
            "INSERT INTO invoice VALUES (?, ?, ?)", (*key, invoice.status.value)
        )
        self._connection.executemany(
            "INSERT INTO invoice_line VALUES (?, ?, ?, ?)",
            [(*key, line.text, line.amount.minor) for line in invoice.lines],
        )

    def invoice(self, tenant: Tenant, number: int) -> Invoice:
        key = (tenant.slug, number)
        row = self._one(
            "SELECT status FROM invoice WHERE tenant = ? AND number = ?", *key
        )
        if row is None:
            raise NotFound(f"invoice {number}: unknown to tenant {tenant.slug!r}")
        lines = tuple(
            Line(text, Money(minor, tenant.currency))
            for text, minor in self._connection.execute(
                "SELECT text, minor FROM invoice_line"
                " WHERE tenant = ? AND number = ? ORDER BY rowid",
                key,
            )
        )
        return Invoice(tenant, lines, number, Status(row[0]))

    def set_status(self, invoice: Invoice) -> None:
        self._connection.execute(
            "UPDATE invoice SET status = ? WHERE tenant = ? AND number = ?",
            (invoice.status.value, invoice.tenant.slug, invoice.number),
        )

    def _one(self, query: str, *values: object) -> tuple | None:
        return self._connection.execute(query, values).fetchone()
