import app.models
import nobody.x

def test_it(): pass
