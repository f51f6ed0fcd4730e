import site_of


def test_it(): pass
