import plug

def test_it(): pass
