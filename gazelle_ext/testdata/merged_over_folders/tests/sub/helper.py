from tests.conftest import y
