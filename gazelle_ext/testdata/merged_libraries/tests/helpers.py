from . import conftest
