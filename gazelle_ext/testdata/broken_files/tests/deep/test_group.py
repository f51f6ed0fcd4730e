import pytest


@pytest.mark.xdist_group("db")
def test_a():
    pass
