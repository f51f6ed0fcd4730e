import pytest


@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.serial)])
def test_n(n):
    pass
