from importlib import metadata

def test_it(): pass
