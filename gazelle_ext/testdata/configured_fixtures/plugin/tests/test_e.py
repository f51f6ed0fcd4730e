def test_e(engine):
    pass
