from lib.deep.thing import x


def test_thing():
    pass
