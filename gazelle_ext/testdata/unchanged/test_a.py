import pytest

import shared


def test_a():
    pass


@pytest.mark.serial
def test_b():
    pass
