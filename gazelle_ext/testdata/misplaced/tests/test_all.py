import attr
import celery
import json
import numpy
import redis
import six
import tool
from shop import Cart
from shop.cart import total
from shop.gone import nothing


def test_it(): pass
