import pytest

ENGINES = {"sqlite": "memory", "postgres": "postgres"}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(group)) for name, group in ENGINES.items()])
def engine(request):
    return request.param


@pytest.fixture
def session(engine):
    return engine
