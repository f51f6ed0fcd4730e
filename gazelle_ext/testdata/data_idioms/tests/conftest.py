import pytest


@pytest.fixture
def here(request):
    return request.path.parent / "own"


@pytest.fixture
def load(pytestconfig):
    return lambda name: (pytestconfig.rootpath / "tests" / "data" / name).read_text()
