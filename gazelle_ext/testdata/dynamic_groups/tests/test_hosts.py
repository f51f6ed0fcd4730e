import os

import pytest


@pytest.mark.parametrize("host", ["a", "b"])
def test_ping(host):
    pass


@pytest.mark.xdist_group(os.environ.get("DATABASE", "db"))
def test_database():
    pass


@pytest.mark.xdist_group("files")
def test_files():
    pass


@pytest.mark.serial
def test_restart():
    pass
