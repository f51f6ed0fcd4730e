import pytest


@pytest.mark.xdist_group("db")
def test_a():
    pass


@pytest.mark.unit
@pytest.mark.xdist_group("db")
def test_b():
    pass
