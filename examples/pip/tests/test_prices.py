"""Two workers of pytest-xdist in each shard run these: see `workers` in the BUILD file."""

# gazelle:include_dep @pypi//pytest_xdist

import pytest


@pytest.mark.parametrize("seat", [f"B{n}" for n in range(1, 7)])
def test_the_seats_of_a_row_cost_the_same(studio, seat):
    assert studio.prices[seat] == studio.prices["B1"]


def test_the_first_row_costs_more(studio):
    assert studio.prices["A1"] > studio.prices["B1"]


def test_each_worker_is_told_its_id(worker_id):
    assert worker_id.startswith("gw")
