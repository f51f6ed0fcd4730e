def test_a(x):
    pass
