def test_insert(session):
    pass


def test_format():
    pass
