import importlib.resources as ir
import os
from importlib import resources

import acme


def test_it():
    resources.files("acme").joinpath("sql/q.sql").read_text()
    ir.files(acme) / "templates" / "t.html"
    open(os.path.join(os.path.dirname(acme.__file__), "schema.sql"))
