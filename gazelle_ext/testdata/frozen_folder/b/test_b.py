def test_g():
    pass


def test_r():
    pass
