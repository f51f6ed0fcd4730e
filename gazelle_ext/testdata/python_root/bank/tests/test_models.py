from app.models import Account
import support

def test_it(): pass
