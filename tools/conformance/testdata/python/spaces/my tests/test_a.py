from pathlib import Path


def test_a():
    assert (Path(__file__).parent / "data files" / "one two.txt").read_text() == "1\n"
