import widget


def test_it(): pass
