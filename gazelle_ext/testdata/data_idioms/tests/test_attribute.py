import os
import unittest


class T(unittest.TestCase):
    def setUp(self):
        self.here = os.path.dirname(__file__)

    def test_it(self):
        open(os.path.join(self.here, "data", "x.txt"))
