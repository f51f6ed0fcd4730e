def test_b(engine):
    pass
