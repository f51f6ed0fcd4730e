import pytest


@pytest.mark.xdist_group("files")
def test_disk():
    pass
