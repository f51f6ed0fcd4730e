import pytest

pytestmark = pytest.mark.xdist_group("db")


@pytest.mark.xdist_group("cache")
def test_is_in_another_group():
    pass
