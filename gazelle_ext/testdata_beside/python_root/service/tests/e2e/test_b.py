import lib.code
import pytest


@pytest.mark.xdist_group("db")
def test_db():
    pass
