import unittest

import pytest

__all__ = ["DatabaseCase", "alone"]


def alone(function):
    return pytest.mark.serial(function)


@pytest.mark.xdist_group("db")
class DatabaseCase(unittest.TestCase):
    def test_connects(self):
        pass
