import pytest


@pytest.mark.xdist_group("g")
def test_b():
    pass
