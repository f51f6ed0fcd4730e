import internal_tool
import os.path
import yaml.cyaml
from google.cloud import storage
from zope.interface import implementer

import pytest
import skipped.deeply  # gazelle:ignore skipped.deeply, other
from other import thing

# gazelle:include_dep //tools:fixture, :beside

try:
    import fast
except ImportError:
    fast = None

gone = pytest.importorskip("gone_with_the_wind")

def test_it(): pass
