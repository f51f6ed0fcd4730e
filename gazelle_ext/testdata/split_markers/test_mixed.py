import pytest


def test_plain():
    pass


@pytest.mark.unit
def test_unit():
    pass


@pytest.mark.e2e
@pytest.mark.alone
def test_alone():
    pass


@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.e2e)])
@pytest.mark.unit
def test_both(x):
    pass
