import pytest


@pytest.mark.xdist_group("db")
def test_g():
    pass


def test_r():
    pass
