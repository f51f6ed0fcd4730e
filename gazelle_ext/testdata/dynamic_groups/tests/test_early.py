def test_early():
    pass
