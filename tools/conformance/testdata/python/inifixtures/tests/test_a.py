def test_a():
    pass


def test_named(engine):
    pass
