import pytest


@pytest.mark.serial
def test_alone():
    pass


@pytest.mark.xdist_group("db")
def test_group():
    pass


def test_free(:
    pass
