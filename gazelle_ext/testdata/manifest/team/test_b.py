import yaml
import numpy

def test_it(): pass
