def test_within():
    pass
