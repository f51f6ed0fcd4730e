import pytest


def pytest_collection_modifyitems(items):
    items[0].add_marker(pytest.mark.xdist_group("late"))
