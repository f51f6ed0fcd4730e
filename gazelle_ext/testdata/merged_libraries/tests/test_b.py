from .test_a import A

def test_it(): pass
