import tomllib
import distutils.core
import os.path

def test_it(): pass
