import pytest

from app.money import Money


def test_one():
    pass
