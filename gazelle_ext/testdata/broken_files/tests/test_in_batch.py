def test_it():
    pass


X = (
