from pathlib import Path


def test_it():
    open("tests/data/x.txt")
    Path("tests/case").glob("*.txt")
    open("nothing/there.txt")
