import alpha


def test_a():
    assert alpha
