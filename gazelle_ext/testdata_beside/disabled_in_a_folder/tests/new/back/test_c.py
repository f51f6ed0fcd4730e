import app.http


def test_free():
    pass
