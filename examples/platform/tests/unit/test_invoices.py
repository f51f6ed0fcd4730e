"""Invoices on their way from draft to paid."""

import pytest

from billing.errors import BillingError, Conflict
from billing.invoices import Line, Status, draft
from billing.money import Money
from billing.tenants import Tenant

pytestmark = pytest.mark.unit


@pytest.fixture(scope="class")
def issued():
    tenant = Tenant("acme", "Acme GmbH", "DE", "EUR")
    lines = [Line("seats", Money(1003, "EUR")), Line("storage", Money(1003, "EUR"))]
    return draft(tenant, lines).issue(7)


class TestIssued:
    def test_tax_is_rounded_once_over_the_sum(self, issued):
        assert (issued.net.minor, issued.tax.minor) == (2006, 381)

    def test_gross_is_what_is_owed(self, issued):
        assert str(issued.gross) == "23.87 EUR"

    def test_cannot_be_issued_again(self, issued):
        with pytest.raises(Conflict, match="invoice 7: issued, cannot be issued"):
            issued.issue(8)

    def test_paid_is_final(self, issued):
        paid = issued.pay()
        assert paid.status is Status.PAID
        with pytest.raises(Conflict, match="invoice 7: paid, cannot be void"):
            paid.void()


def test_an_empty_draft_is_not_issued(acme):
    with pytest.raises(BillingError, match="no lines"):
        draft(acme, []).issue(1)
