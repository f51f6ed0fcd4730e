import one.a


def test_a(store):
    pass
