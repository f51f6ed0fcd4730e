import tests.conftest

x = 1
