import lib


def test_a():
    pass
