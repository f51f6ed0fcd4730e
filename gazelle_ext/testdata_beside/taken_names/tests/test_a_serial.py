def test_free():
    pass
