from .helpers import h
