import pytest
import base.things


@pytest.mark.serial
def test_it():
    x = = 1


def test_more():
    pass
