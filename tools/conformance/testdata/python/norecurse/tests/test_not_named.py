def test_not_named():
    pass
