"""What the tests share."""

import pytest
from boxoffice import house, sales


@pytest.fixture(scope="session")
def studio() -> house.House:
    return house.load("studio")


@pytest.fixture
def evening(studio, tmp_path):
    """An evening that no other test sees."""
    opened = sales.Sales(studio, tmp_path / "evening.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def premiere(studio, tmp_path_factory):
    """The one evening of the process, which the tests of the group `premiere` share."""
    opened = sales.Sales(studio, tmp_path_factory.mktemp("premiere") / "premiere.db")
    yield opened
    opened.close()
