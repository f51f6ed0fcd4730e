import pytest


@pytest.fixture
def engine():
    return None


def test_nothing(session):
    pass
