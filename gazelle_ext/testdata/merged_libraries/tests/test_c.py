from .test_b import B

def test_it(): pass
