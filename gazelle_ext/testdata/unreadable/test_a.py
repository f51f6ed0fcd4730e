import pytest

NAME = "".join(["d", "b"])


@pytest.mark.xdist_group(NAME)
def test_a():
    pass


def test_b():
    pass
