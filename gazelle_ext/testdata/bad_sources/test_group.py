import pytest


@pytest.mark.xdist_group("a b/c")
def test_a():
    pass


@pytest.mark.xdist_group("ü]")
def test_b():
    pass


@pytest.mark.xdist_group("u@v")
def test_c():
    pass
