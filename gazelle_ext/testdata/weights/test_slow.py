def test_quick():
    pass


def test_slow():
    pass


def test_slower():
    pass


def test_slowest():
    pass
