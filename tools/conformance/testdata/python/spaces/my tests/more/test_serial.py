import pytest


@pytest.mark.serial
def test_serial():
    pass


def test_rest():
    pass
