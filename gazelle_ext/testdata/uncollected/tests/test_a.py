from tests.test_helper_wip import help


def test_it(): pass
