import bank.account


def test_it(): pass
