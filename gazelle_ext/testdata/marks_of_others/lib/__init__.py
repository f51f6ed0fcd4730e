from .testing import *
