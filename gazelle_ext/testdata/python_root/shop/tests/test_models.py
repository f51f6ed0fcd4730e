import app.models
from tests import support

def test_it(): pass
