import pytest


@pytest.mark.xdist_group("db")
class TestDatabase:
    def test_a(self):
        pass


def test_free():
    pass
