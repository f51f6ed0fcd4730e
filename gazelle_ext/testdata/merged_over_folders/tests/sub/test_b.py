from tests import test_a

def test_b(): pass
