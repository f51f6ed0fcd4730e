import pytest

pytestmark = pytest.mark.xdist_group("db")


def test_a():
    pass
