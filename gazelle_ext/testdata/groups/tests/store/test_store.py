import pytest

pytestmark = pytest.mark.xdist_group(name="db")


def test_b():
    pass
