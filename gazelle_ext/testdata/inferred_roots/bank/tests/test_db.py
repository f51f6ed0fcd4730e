from core.db import connect

def test_it(): pass
