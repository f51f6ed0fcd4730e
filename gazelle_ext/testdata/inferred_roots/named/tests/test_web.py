from named.src.web import run

def test_it(): pass
