def helper():
    return 1


def test_h():
    pass
