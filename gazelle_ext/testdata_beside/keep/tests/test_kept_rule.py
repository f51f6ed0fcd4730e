def test_free():
    pass


def test_other():
    pass
