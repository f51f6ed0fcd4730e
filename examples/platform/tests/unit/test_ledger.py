"""Double-entry bookkeeping and the tenants whose books are kept."""

import pytest

from billing.errors import BillingError
from billing.ledger import (
    CASH,
    RECEIVABLE,
    Posting,
    Transaction,
    balances,
    invoiced,
    paid,
)
from billing.money import Money
from billing.tenants import Tenant

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("slug", ["ab", "Acme", "a/b"])
def test_slug_must_fit_into_a_url(slug):
    with pytest.raises(BillingError, match="letter first"):
        Tenant(slug, "Acme GmbH", "DE", "EUR")


def test_a_transaction_balances():
    postings = (
        Posting(CASH, Money(100, "EUR")),
        Posting(RECEIVABLE, Money(-99, "EUR")),
    )
    with pytest.raises(BillingError, match=r"out of balance by 0\.01 EUR"):
        Transaction("payment", postings)


def test_an_untaxed_invoice_has_no_tax_posting():
    posted = invoiced("invoice 1", Money(100, "USD"), Money.zero("USD"))
    assert len(posted.postings) == 2


def test_paying_an_invoice_clears_the_receivable():
    net, tax = Money(1000, "EUR"), Money(190, "EUR")
    found = balances([invoiced("invoice 1", net, tax), paid("payment", net + tax)])
    assert found[RECEIVABLE] == Money.zero("EUR")
    assert found[CASH] == Money(1190, "EUR")
