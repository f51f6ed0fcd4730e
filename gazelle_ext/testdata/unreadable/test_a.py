import os

import pytest

NAME = os.environ.get("DATABASE", "db")


@pytest.mark.xdist_group(NAME)
def test_a():
    pass


def test_b():
    pass
