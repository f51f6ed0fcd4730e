import pytest
import app.store


@pytest.mark.xdist_group("db")
def test_db():
    pass
