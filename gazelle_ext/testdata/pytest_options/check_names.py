import pytest


@pytest.mark.serial
def check_one():
    pass


@pytest.mark.xdist_group("no_test")
def test_no_test():
    pass


class OrderSuite:
    def it_adds(self):
        pass
