from pytest_bdd import scenarios

scenarios("a.feature")
