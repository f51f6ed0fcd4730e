import requests


def test_a():
    pass
