import other.settings


def test_it(): pass
