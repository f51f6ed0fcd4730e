import pytest

pytestmark = [pytest.mark.serial]


def test_one():
    pass


class TestTwo:
    def test_two(self):
        pass
