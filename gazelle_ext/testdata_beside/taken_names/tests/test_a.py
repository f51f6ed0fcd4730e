import pytest


def test_free():
    pass


@pytest.mark.serial
def test_alone():
    pass
