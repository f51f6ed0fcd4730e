"""What an evening brings."""

import pytest


def test_nothing_sold_brings_nothing(evening):
    assert evening.takings() == 0


async def test_a_full_house(evening, studio):
    paid = [await evening.buy(seat, "Ada") for seat in studio.prices]
    assert evening.takings() == sum(paid) == 20800


@pytest.mark.xdist_group("premiere")
def test_the_premiere_brought_two_seats(premiere):
    assert premiere.takings() == 5000
