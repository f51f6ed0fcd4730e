import pytest

from tests.databases import Database, Engine


@pytest.mark.xdist_group(Database.POSTGRES.value)
def test_value():
    pass


@pytest.mark.xdist_group(name=Database.SQLITE.name)
def test_name():
    pass


@pytest.mark.xdist_group(Engine.FAST)
def test_string():
    pass


@pytest.mark.parametrize(
    "database",
    [pytest.param(d, marks=pytest.mark.xdist_group(d.value)) for d in Database],
)
def test_each(database):
    pass
