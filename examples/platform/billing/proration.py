"""What part of a period's price is owed when a plan starts, ends or changes in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.errors import BillingError
from billing.money import Money


@dataclass(frozen=True)
class Period:
    """Days from start up to, not including, end."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BillingError(f"period {self.start}..{self.end}: has no day in it")

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        after = date(year + month // 12, month % 12 + 1, 1)
        return cls(date(year, month, 1), after)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def days_from(self, day: date) -> int:
        return max(0, min(self.days, (self.end - day).days))


def prorate(price: Money, period: Period, start: date) -> Money:
    """The price of the days from start to the end of the period."""
    return price.times(Decimal(period.days_from(start)) / period.days)


def change_of_plan(old: Money, new: Money, period: Period, day: date) -> Money:
    """What a change on this day costs: the new plan's days less the old plan's."""
    return prorate(new, period, day) - prorate(old, period, day)
