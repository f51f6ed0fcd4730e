def test_no_longer_serial():
    pass
