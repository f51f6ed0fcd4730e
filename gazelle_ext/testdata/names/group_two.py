import pytest

pytestmark = pytest.mark.xdist_group("DB")


def test_a():
    pass
