import pytest
import lib.code


@pytest.mark.xdist_group("db")
def test_db():
    pass
