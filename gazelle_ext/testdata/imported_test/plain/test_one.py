from test_two import helper
import support


def test_a():
    pass
