"""distribution: what importlib.metadata reads is what the project's files say."""

import importlib.metadata
import sys

import pytest
import xdist_metadata

PYPROJECT = """
[project]
name = "My.Shop"
version = "1.2"
description = "Sells"
requires-python = ">=3.9"
dependencies = ["click>=8", "attrs; python_version < '3.12'"]
[project.scripts]
shop = "shop.cli:main"
[project.entry-points.pytest11]
shop = "shop.plugin"
"""
POETRY = """
[tool.poetry]
name = "My.Shop"
version = "1.2"
[tool.poetry.scripts]
shop = "shop.cli:main"
[tool.poetry.plugins.pytest11]
shop = "shop.plugin"
"""
SETUP_CFG = """
[metadata]
name = My.Shop
version = 1.2
[options]
install_requires =
    click>=8
[options.entry_points]
console_scripts =
    shop = shop.cli:main
pytest11 =
    shop = shop.plugin
"""
SETUP_PY = """
import os
from setuptools import find_packages, setup
VERSION = "1.2"
setup(
    name="My.Shop",
    version=VERSION,
    description=open("README").read(),
    packages=find_packages(),
    install_requires=["click>=8"],
    entry_points={
        "console_scripts": ["shop = shop.cli:main"],
        "pytest11": "shop = shop.plugin",
    },
)
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Writes files and their metadata, and returns what is found of a name."""

    def find(name, files, version=""):
        for file, text in files.items():
            (tmp_path / file).write_text(text, encoding="utf-8")
        output = tmp_path / "output"
        xdist_metadata.main(
            str(output), "", version, *(str(tmp_path / file) for file in files)
        )
        monkeypatch.syspath_prepend(str(output))
        return importlib.metadata.distribution(name)

    return find


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param(
            "pyproject.toml",
            PYPROJECT,
            marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="no tomllib"),
        ),
        pytest.param(
            "pyproject.toml",
            POETRY,
            marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="no tomllib"),
        ),
        ("setup.cfg", SETUP_CFG),
        ("setup.py", SETUP_PY),
    ],
    ids=["project", "poetry", "setup.cfg", "setup.py"],
)
def test_each_file_says_it(found, file, text):
    shop = found("my-shop", {file: text})
    assert (shop.metadata["Name"], shop.version) == ("My.Shop", "1.2")
    points = {point.name + point.group: point.value for point in shop.entry_points}
    assert points == {
        "shopconsole_scripts": "shop.cli:main",
        "shoppytest11": "shop.plugin",
    }
    assert text == POETRY or "click>=8" in shop.requires


def test_files_complete_each_other(found):
    files = {
        "setup.cfg": "[metadata]\nname = shop\nversion = attr: shop.version\n",
        "setup.py": "from setuptools import setup\nsetup(version='3', name='other')\n",
    }
    assert found("shop", files).version == "3"


def test_a_version_that_a_back_end_makes_is_none(found):
    assert found("shop", {"setup.cfg": "[metadata]\nname = shop\n"}).version == "0.0.0"


def test_a_version_that_the_rule_gives_counts(found):
    files = {"setup.cfg": "[metadata]\nname = shop\nversion = 1\n"}
    assert found("shop", files, version="2.5").version == "2.5"


@pytest.mark.parametrize("text", ["setup(name=read_name())", "print 'Python 2'"])
def test_without_a_name_there_is_none_and_a_way_out(found, capsys, text):
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        found("shop", {"setup.py": text})
    assert 'write distribution = "NAME"' in capsys.readouterr().err
