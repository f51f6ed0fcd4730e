import pytest


@pytest.mark.serial
def test_it():
    pass


def test_more():
    pass
