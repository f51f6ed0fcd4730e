import pytest


@pytest.mark.unit
def test_alone():
    pass
