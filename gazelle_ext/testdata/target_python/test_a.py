import tomllib
import distutils.core
import os.path
import sys

if sys.version_info < (3, 11):
    import tomli
    import before.thing
elif sys.version_info[:2] == (3, 11):
    import since
else:
    import nothing_yet

def test_it(): pass
