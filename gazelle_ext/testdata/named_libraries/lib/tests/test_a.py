from lib import tax

def test_it(): pass
