import top
from app.sub.thing import x

def test_it(): pass
