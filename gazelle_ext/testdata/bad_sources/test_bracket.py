def test_a():
    x = (1,


def test_b():
    pass
