import pytest


@pytest.mark.xdist_group("db")
def test_b():
    pass
