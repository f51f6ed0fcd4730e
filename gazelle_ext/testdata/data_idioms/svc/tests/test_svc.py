FILES = ["tests/y.txt", "tests/none.txt", "http://a/b.txt"]


def test_it():
    open("svc/tests/x.txt")
