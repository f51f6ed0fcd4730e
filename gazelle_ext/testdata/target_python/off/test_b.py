import formatter

def test_it(): pass
