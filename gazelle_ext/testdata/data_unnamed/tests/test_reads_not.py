import os
import sys

sys.path.insert(0, os.path.dirname(__file__))


def test_it(tmp_path):
    (tmp_path / "x").read_text()
    assert str(tmp_path) != os.path.dirname(__file__)
