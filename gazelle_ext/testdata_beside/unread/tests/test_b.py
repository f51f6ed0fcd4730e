import pytest



@pytest.mark.xdist_group("db")
def test_group():
    pass


def test_free():
    pass
