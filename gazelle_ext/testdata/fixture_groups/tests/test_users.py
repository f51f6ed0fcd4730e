import pytest


@pytest.mark.usefixtures("engine")
def test_schema():
    pass
