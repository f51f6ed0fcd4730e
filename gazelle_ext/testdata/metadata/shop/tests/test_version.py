import importlib.metadata

import shop

def test_it(): pass
