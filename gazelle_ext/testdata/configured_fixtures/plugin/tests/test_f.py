def test_f(engine):
    pass
