import lib_b
from shop.pay import card
