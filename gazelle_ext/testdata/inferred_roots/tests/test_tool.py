import tool
from shop.cart import Cart

def test_it(): pass
