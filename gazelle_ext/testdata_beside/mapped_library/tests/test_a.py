import pytest
import app.store


def test_free():
    pass


@pytest.mark.serial
def test_alone():
    pass
