import os
import pytest

DATA = os.path.join(os.path.dirname(__file__), "data")
MINE = Path(__file__).with_name("mine.txt")
NONE = Path(__file__).with_name("none.txt")
MADE = Path(__file__).with_name("made.txt")
ABOVE = Path(__file__).parents[1] / "shared" / "x.txt"
OUTSIDE = Path(__file__).parents[2] / "shared" / "x.txt"
CODE = Path(__file__).parent / "test_gone.py"
OTHERS = Path(__file__).parent / "samples"

@pytest.mark.xdist_group("db")
def test_db(): pass

def test_it(): pass
