import app.mod


def test_a():
    pass
