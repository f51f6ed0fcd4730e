import os

import pytest


@pytest.mark.parametrize("name", os.listdir(os.path.dirname(__file__)))
def test_it(name):
    assert name
