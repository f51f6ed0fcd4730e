from tests.sub import test_b

def test_a(): pass
