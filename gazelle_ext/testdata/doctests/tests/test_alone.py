"""
>>> from lib import core
"""
import pytest


@pytest.mark.serial
def test_alone():
    pass
