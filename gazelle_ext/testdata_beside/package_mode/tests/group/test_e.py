import pytest


@pytest.mark.xdist_group("cache")
def test_e():
    pass
