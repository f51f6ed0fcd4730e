"""Exchange rates by day, kept in a feed file that one publisher writes.

The feed has one writer by contract: it is rewritten as a whole and takes no lock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from billing.errors import BillingError
from billing.money import MINOR_DIGITS, Money

BASE = "EUR"
Rates = Mapping[str, Decimal]


def convert(amount: Money, currency: str, rates: Rates) -> Money:
    """Convert by way of the base currency; rates say what one unit of it buys."""
    if amount.currency == currency:
        return amount
    factor = _rate(rates, currency) / _rate(rates, amount.currency)
    shift = MINOR_DIGITS[currency] - MINOR_DIGITS[amount.currency]
    return Money(amount.times(factor.scaleb(shift)).minor, currency)


def _rate(rates: Rates, currency: str) -> Decimal:
    if currency == BASE:
        return Decimal(1)
    try:
        return rates[currency]
    except KeyError:
        raise BillingError(f"currency {currency!r}: no rate published") from None


class RateFeed:
    def __init__(self, path: Path) -> None:
        self._path = path

    def publish(self, day: date, rates: Rates) -> None:
        days = self._days()
        days[day.isoformat()] = {name: str(rate) for name, rate in rates.items()}
        self._path.write_text(json.dumps(days, sort_keys=True), encoding="utf-8")

    def on(self, day: date) -> dict[str, Decimal]:
        """The rates in force on a day: those of the last publication up to it."""
        days = self._days()
        past = [published for published in days if published <= day.isoformat()]
        if not past:
            raise BillingError(f"{day}: no rates published up to this day")
        return {name: Decimal(rate) for name, rate in days[max(past)].items()}

    def __len__(self) -> int:
        return len(self._days())

    def _days(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        return json.loads(self._path.read_text(encoding="utf-8"))
