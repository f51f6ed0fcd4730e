import os

import pytest


@pytest.mark.parametrize("number", range(4))
def test_ordinary(number):
    expected = os.environ.get("RULES_XDIST_WORKERS", "1")
    assert os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") == expected


@pytest.mark.serial
def test_serial():
    pass
