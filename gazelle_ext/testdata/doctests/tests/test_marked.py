""">>> 1"""
import pytest

pytestmark = pytest.mark.serial


def test_marked():
    pass
