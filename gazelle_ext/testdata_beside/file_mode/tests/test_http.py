import pytest
from app.http import get


def test_free():
    pass


@pytest.mark.serial
def test_alone():
    pass
