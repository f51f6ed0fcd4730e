from __future__ import annotations

import ns.pkg
import ns.other.three as three
import whole.part.inner
from star import *
import helper
from typing import TYPE_CHECKING

import pytest
import _pytest.nodes

if TYPE_CHECKING:
    from typed import T

numpy = pytest.importorskip("numpy")

def test_it():
    from near import x
