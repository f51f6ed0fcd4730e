import pytest

import lib.broken
from tests.test_helper import helper


@pytest.mark.xdist_group("db")
def test_a(:():
    pass


@pytest.mark.serial
def test_b():
    pass


def test_c():
    pass
