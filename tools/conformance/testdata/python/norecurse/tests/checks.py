def test_checks():
    pass
