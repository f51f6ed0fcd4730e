"""Value-added tax at standard rates. Reduced rates and exemptions are not here yet."""

from __future__ import annotations

from decimal import Decimal

from billing.errors import BillingError
from billing.money import Money

STANDARD_RATES = {
    "AT": Decimal("0.20"),
    "CH": Decimal("0.081"),
    "DE": Decimal("0.19"),
    "FR": Decimal("0.20"),
    "US": Decimal("0"),
}


def rate_of(country: str) -> Decimal:
    try:
        return STANDARD_RATES[country]
    except KeyError:
        raise BillingError(f"country {country!r}: no tax rate known") from None


def tax_on(net: Money, country: str, *, reverse_charge: bool = False) -> Money:
    """The tax owed on a net amount; under reverse charge the customer owes it."""
    if reverse_charge:
        return Money.zero(net.currency)
    return net.times(rate_of(country))


def split_gross(gross: Money, country: str) -> tuple[Money, Money]:
    """Net and tax that add up to exactly this gross amount."""
    net = gross.times(1 / (1 + rate_of(country)))
    return net, gross - net
