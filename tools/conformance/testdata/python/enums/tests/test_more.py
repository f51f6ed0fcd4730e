import pytest

from tests.databases import Database, Engine


@pytest.fixture(
    params=[pytest.param(d, marks=pytest.mark.xdist_group(d.value)) for d in Database]
)
def database(request):
    return request.param


def test_query(database):
    pass


@pytest.mark.xdist_group(Engine.FAST)
def test_engine():
    pass


def test_free():
    pass
