import distutils.core
import numpy
import requests
from missing.deeply import (
    a,
    b,
)

# gazelle:include_dep //a::b
import fine
from . import sibling
from .gone import x

def test_it():
    import later
    from requests import get, post
    import requests
