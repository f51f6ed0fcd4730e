import tests.api.test_http


def test_free():
    pass
