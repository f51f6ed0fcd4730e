import legacy

def test_it(): pass
