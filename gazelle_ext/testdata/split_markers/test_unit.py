import pytest

pytestmark = pytest.mark.unit


@pytest.mark.db_group("db")
def test_db():
    pass


def test_free():
    pass
