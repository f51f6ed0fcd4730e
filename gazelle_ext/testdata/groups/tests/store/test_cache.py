import pytest


@pytest.mark.xdist_group("cache")
def test_c():
    pass


@pytest.mark.xdist_group("cache")
def test_d():
    pass


@pytest.mark.xdist_group("db")
@pytest.mark.serial
def test_serial_wins():
    pass
