from code.redis import connect
import shop.cart


def test_it(): pass


def test_more():
    from space import thing
