def test_it():
    pass


def test_more():
    pass
