from .test_base import TestBase


class TestDerived(TestBase):
    pass
