def test_a(engine):
    pass


def test_free():
    pass
