from app.money import Money
from . import money
