import pytest


demo = pytest.importorskip("demo")


def test_it(): pass
