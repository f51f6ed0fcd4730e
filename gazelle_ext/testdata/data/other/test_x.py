import importlib.resources
import pytest

@pytest.mark.xdist_group("db")
def test_db():
    importlib.resources.files(__package__).joinpath("x.txt")
