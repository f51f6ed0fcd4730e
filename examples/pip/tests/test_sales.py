"""Tests of all three kinds in one file, which become targets of three kinds."""

import asyncio

import pytest
from boxoffice.sales import SoldOut

# These run anywhere, at any time.


@pytest.mark.parametrize(("seat", "price"), [("A1", 2500), ("B6", 1800)])
async def test_a_seat_has_the_price_of_its_row(evening, seat, price):
    assert await evening.buy(seat, "Ada") == price


async def test_a_seat_is_sold_once(evening):
    await evening.buy("A1", "Ada")
    with pytest.raises(SoldOut, match="A1"):
        await evening.buy("A1", "Grace")


async def test_of_two_buyers_at_one_time_one_has_the_seat(evening):
    answers = await asyncio.gather(
        *(evening.buy("B1", buyer) for buyer in ("Ada", "Grace")),
        return_exceptions=True,
    )
    assert sorted(type(answer) for answer in answers if answer != 1800) == [SoldOut]
    assert evening.takings() == 1800


# These share the premiere, in this order. A group stays in one process, together with
# its tests in test_takings.py.


@pytest.mark.xdist_group("premiere")
class TestPremiere:
    async def test_the_first_seat(self, premiere):
        assert await premiere.buy("A1", "Ada") == 2500

    async def test_the_second_seat(self, premiere):
        assert await premiere.buy("A2", "Grace") == 2500


# This would disturb any test beside it, so it runs alone.


@pytest.mark.serial
async def test_clearing_forgets_all_sales(evening):
    await evening.buy("A1", "Ada")
    evening.clear()
    assert evening.takings() == 0
