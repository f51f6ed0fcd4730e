import a.one


def test_c():
    pass
