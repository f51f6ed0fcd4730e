import os


def test_it():
    open(f"{os.path.dirname(__file__)}/data/x.txt")
    open("%s/case/%s.txt" % (os.path.split(__file__)[0], 1))
