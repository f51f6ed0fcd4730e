from . import sibling
from .sibling import y
pytest_plugins = 'plugins.second'

def test_it(): pass
