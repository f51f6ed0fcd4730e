"""Invoices and payments, down to the rows.

Some of these look at the whole shared database, so nobody else may write to it
meanwhile: they are of the group `db`, which has members here, in `test_statements.py`
and in `tests/e2e/test_api.py`.
"""

import pytest

from billing.errors import BillingError, Conflict
from billing.invoices import Line, Status
from billing.money import Money

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("db")]

SEATS = Line("seats", Money(10_000, "EUR"))


def test_invoice_numbers_have_no_gaps(shared_billing, tenant):
    assert shared_billing.invoice(tenant.slug, [SEATS]).number == 1
    with pytest.raises(BillingError, match="has no lines"):
        shared_billing.invoice(tenant.slug, [])
    assert shared_billing.invoice(tenant.slug, [SEATS, SEATS]).number == 2


def test_an_invoice_is_read_back_as_issued(shared_billing, shared_store, tenant):
    issued = shared_billing.invoice(tenant.slug, [SEATS])
    assert shared_store.invoice(tenant, issued.number) == issued


def test_payment_settles(shared_billing, shared_store, tenant):
    number = shared_billing.invoice(tenant.slug, [SEATS]).number
    assert shared_billing.balance(tenant.slug) == Money(11_900, "EUR")
    shared_billing.pay(tenant.slug, number)
    assert shared_billing.balance(tenant.slug) == Money.zero("EUR")
    assert shared_store.invoice(tenant, number).status is Status.PAID


def test_paying_twice_moves_no_money(shared_billing, shared_store, tenant):
    number = shared_billing.invoice(tenant.slug, [SEATS]).number
    shared_billing.pay(tenant.slug, number)
    before = shared_store.trial_balance(), shared_store.transactions(tenant)
    with pytest.raises(Conflict, match="paid, cannot be paid"):
        shared_billing.pay(tenant.slug, number)
    assert (shared_store.trial_balance(), shared_store.transactions(tenant)) == before


def test_the_books_of_the_whole_platform_balance(shared_billing, shared_store, tenant):
    tenants = shared_store.count_tenants()
    shared_billing.invoice(tenant.slug, [SEATS])
    assert shared_store.trial_balance()["EUR"] == 0
    assert shared_store.count_tenants() == tenants
