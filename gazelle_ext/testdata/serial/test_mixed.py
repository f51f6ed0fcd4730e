import pytest


def test_fast():
    pass


@pytest.mark.serial
def test_migration():
    pass
