def test_a():
    x = 'é'
