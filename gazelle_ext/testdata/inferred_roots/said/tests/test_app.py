from src.app import run

def test_it(): pass
