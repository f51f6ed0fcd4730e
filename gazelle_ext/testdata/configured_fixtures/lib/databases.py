import pytest


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("postgres", "sqlite")])
def engine(request):
    return request.param
