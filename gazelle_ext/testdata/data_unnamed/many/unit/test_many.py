from pathlib import Path


def test_it(name):
    assert Path(__file__).parents[1].joinpath(name)
