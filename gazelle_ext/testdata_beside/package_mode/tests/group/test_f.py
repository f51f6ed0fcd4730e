import pytest


@pytest.mark.xdist_group("cache")
def test_f():
    pass
