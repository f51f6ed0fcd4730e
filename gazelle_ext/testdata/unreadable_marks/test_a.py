import pytest
from helpers import marks, skip_if_no

pytestmark = marks


@pytest.mark.parametrize("x", [pytest.param(1, marks=skip_if_no("y"))])
def test_a(x):
    pass
