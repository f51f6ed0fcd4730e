import unittest


class TestCase(unittest.TestCase):
    def test_x(self):
        pass


class TestB:
    def test_b(self):
        pass
