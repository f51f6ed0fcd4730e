import far.deep


def test_it(): pass
