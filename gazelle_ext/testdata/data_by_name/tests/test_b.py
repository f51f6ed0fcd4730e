import pytest


@pytest.mark.vcr
def test_it(): pass
