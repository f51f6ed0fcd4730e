import app.money


def test_a():
    pass
