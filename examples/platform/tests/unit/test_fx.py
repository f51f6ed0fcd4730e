"""Exchange rates.

The feed of a test run has a fixed place and, by contract, a single writer. So the tests
that write to it are a group: all in one process, wherever that is.
"""

import time
from datetime import date
from decimal import Decimal

import pytest

from billing.errors import BillingError
from billing.fx import RateFeed, convert
from billing.money import Money

pytestmark = pytest.mark.unit

RATES = {"USD": Decimal("1.25"), "JPY": Decimal(160)}


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("10.00 EUR", "USD", "12.50 USD"),
        ("12.50 USD", "JPY", "1600 JPY"),
    ],
)
def test_convert(amount, currency, expected):
    assert str(convert(Money.parse(amount), currency, RATES)) == expected


def test_convert_without_a_rate():
    with pytest.raises(BillingError, match="'CHF': no rate"):
        convert(Money(100, "EUR"), "CHF", RATES)


@pytest.fixture(scope="module")
def feed(host):
    path = host.folder / "rates.json"
    path.unlink(missing_ok=True)
    return RateFeed(path)


@pytest.mark.xdist_group("fx_rates")
class TestFeed:
    def test_rates_hold_until_the_next_publication(self, feed):
        feed.publish(date(2025, 1, 1), RATES)
        feed.publish(date(2025, 1, 8), {"USD": Decimal("1.30")})
        assert feed.on(date(2025, 1, 7)) == RATES
        assert feed.on(date(2025, 1, 8)) == {"USD": Decimal("1.30")}

    def test_a_correction_replaces_the_day(self, feed):
        feed.publish(date(2025, 2, 1), RATES)
        days = len(feed)
        feed.publish(date(2025, 2, 1), {"USD": Decimal("1.20")})
        assert feed.on(date(2025, 2, 1)) == {"USD": Decimal("1.20")}
        assert len(feed) == days

    def test_nothing_before_the_first_day(self, feed):
        with pytest.raises(BillingError, match="no rates published"):
            feed.on(date(1999, 1, 1))


@pytest.mark.xdist_group(name="fx_rates")
def test_a_reader_sees_nothing_move_between_publications(feed):
    feed.publish(date(2025, 3, 1), RATES)
    days = len(feed)
    time.sleep(0.05)  # another writer would show here
    assert len(feed) == days
    assert feed.on(date(2025, 3, 1)) == RATES
