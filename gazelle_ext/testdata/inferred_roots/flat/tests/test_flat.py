import flat.core

def test_it(): pass
