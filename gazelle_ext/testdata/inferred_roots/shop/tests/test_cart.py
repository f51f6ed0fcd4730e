from shop.cart import Cart
import core.db

def test_it(): pass
