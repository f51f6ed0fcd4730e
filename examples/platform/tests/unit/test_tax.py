"""Value-added tax."""

import pytest

from billing.errors import BillingError
from billing.money import Money
from billing.tax import split_gross, tax_on

pytestmark = pytest.mark.unit

NET = Money(10_000, "EUR")


@pytest.mark.parametrize(("country", "tax"), [("DE", 1900), ("US", 0)])
def test_standard_rate(country, tax):
    assert tax_on(NET, country) == Money(tax, "EUR")


def test_reverse_charge_leaves_the_tax_to_the_customer():
    assert tax_on(NET, "FR", reverse_charge=True) == Money.zero("EUR")


@pytest.mark.parametrize("gross", [99, 11_900])
def test_split_gross_adds_up(gross):
    net, tax = split_gross(Money(gross, "EUR"), "DE")
    assert net + tax == Money(gross, "EUR")


def test_unknown_country():
    with pytest.raises(BillingError, match="'XX': no tax rate"):
        tax_on(NET, "XX")


@pytest.mark.skip(reason="reduced rates are not in the table yet")
def test_books_are_taxed_at_the_reduced_rate():
    assert tax_on(NET, "DE:books") == Money(700, "EUR")
