"""Parts of a period's price."""

from datetime import date

import pytest

from billing.errors import BillingError
from billing.money import Money
from billing.proration import Period, change_of_plan, prorate

pytestmark = pytest.mark.unit

JUNE = Period.month(2025, 6)
PRICE = Money(3000, "EUR")


@pytest.mark.parametrize(
    ("start", "owed"),
    [
        (date(2025, 5, 1), 3000),
        (date(2025, 6, 16), 1500),
        (date(2025, 7, 1), 0),
    ],
    ids=["before", "half-way", "after"],
)
def test_prorate(start, owed):
    assert prorate(PRICE, JUNE, start) == Money(owed, "EUR")


def test_december_ends_with_the_year():
    assert Period.month(2024, 12) == Period(date(2024, 12, 1), date(2025, 1, 1))


def test_downgrade_is_a_credit():
    credit = change_of_plan(PRICE, Money(1000, "EUR"), JUNE, date(2025, 6, 16))
    assert credit == Money(-1000, "EUR")


@pytest.mark.skip(
    reason="years that are not calendar years wait for a product decision"
)
def test_fiscal_year():
    assert Period.year(2025, first_month=4).days == 365


def test_a_period_has_a_day():
    with pytest.raises(BillingError, match="no day"):
        Period(date(2025, 6, 1), date(2025, 6, 1))
