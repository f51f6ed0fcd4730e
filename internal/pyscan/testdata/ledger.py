"""Tests of the ledger: what a real file looks like."""

from __future__ import annotations

import datetime as dt
import unittest
from typing import TYPE_CHECKING

import pytest
from pytest import mark, param

from billing import ledger, money
from .support import BaseLedgerTest, make_db

if TYPE_CHECKING:
    from billing.types import Account

np = pytest.importorskip("numpy")

GROUP = "db"
in_db = mark.xdist_group(GROUP)
slow = pytest.mark.slow(reason="takes \
a while")

pytestmark = [pytest.mark.integration]

CASES = [
    param(1, 2, id="one"),
    param(
        10,
        20,
        marks=[slow, mark.serial],
    ),
    (3, 4),
]


@pytest.fixture(scope="module", params=["sqlite", param("postgres", marks=mark.xdist_group("pg"))])
def engine(request):
    import sqlite3

    return sqlite3.connect(request.param)


@pytest.fixture
def account(engine) -> Account:
    return ledger.Account(engine)


@in_db
def test_balance(account, tmp_path):
    with make_db(tmp_path) as db:
        assert ledger.balance(db) == money.zero, f"{db!r:>{20}} {'{'}"


@pytest.mark.parametrize(("given", "want"), CASES)
async def test_transfer(given, want):
    assert await ledger.transfer(given) == want


@mark.xdist_group(name="reports")
class TestReports:
    """A class with a group of its own."""

    pytestmark = pytest.mark.filterwarnings("ignore")

    def helper(self):
        def test_not_me():
            pass

    def test_monthly(self): ...

    @mark.serial
    def test_yearly(self, account): ...

    class TestFormats:
        @pytest.mark.skipif(dt.date.today().year > 2100, reason="over")
        def test_csv(self): ...


class TestArchive(TestReports):
    def test_monthly(self): ...

    def test_restore(self): ...


class LedgerCase(unittest.TestCase):
    def setUp(self):
        self.db = make_db(":memory:")

    def test_empty(self):
        self.assertEqual(ledger.balance(self.db), 0)


class TestImported(BaseLedgerTest):
    def test_more(self): ...


@pytest.mark.xdist_group(f"db_{GROUP}")
def test_computed_group(): ...


if __name__ == "__main__":
    import sys

    def test_never(): ...

    sys.exit(pytest.main([__file__]))
