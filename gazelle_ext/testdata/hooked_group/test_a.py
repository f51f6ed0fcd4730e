import pytest


def test_1():
    pass


@pytest.mark.serial
def test_2():
    pass
