from pathlib import Path

import pytest

TEXT = (Path(__file__).parent / "text.txt").read_text()


def test_a():
    pass


@pytest.mark.serial
def test_b():
    pass
