import pytest


def test_free():
    pass


@pytest.mark.xdist_group("db")
def test_db():
    pass


@pytest.mark.serial
def test_alone():
    pass
