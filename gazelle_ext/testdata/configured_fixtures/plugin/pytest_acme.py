import pytest


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("mysql", "oracle")])
def engine(request):
    return request.param
