"""Keeps pytest-xdist's command line working inside a shard, and without effect.

A suite's addopts often say `-n auto --dist loadgroup`. Inside a shard that must not
start workers: the shard is the worker. Nor may it fail where pytest-xdist is not among
the test's dependencies. How many workers there are where a target asks for them is the
target's to say, too.
"""

from __future__ import annotations

import argparse
import importlib.util

import pytest

_WITH_VALUE = (
    ("-n", "--numprocesses"),
    ("--dist",),
    ("--maxprocesses",),
    ("--max-worker-restart",),
    ("--maxschedchunk",),
    ("--testrunuid",),
    ("--tx",),
)
_WITHOUT_VALUE = (("--loadscope-reorder",), ("--no-loadscope-reorder",))


def add_options(parser: pytest.Parser) -> None:
    """Where pytest-xdist is not installed, accepts its options."""
    if importlib.util.find_spec("xdist") is not None:
        return
    group = parser.getgroup("rules_xdist", "options of pytest-xdist, without effect")
    for action, options in (("store", _WITH_VALUE), ("store_true", _WITHOUT_VALUE)):
        for names in options:
            # The public addoption refuses lower-case short options such as -n.
            group._addoption(*names, action=action, help=argparse.SUPPRESS)


def start_no_workers(options: argparse.Namespace) -> None:
    """Where pytest-xdist is active, makes parsed options say "no workers"."""
    if hasattr(options, "numprocesses"):
        options.numprocesses = 0
        options.distload = False
        options.dist = "no"
        options.tx = []


def start_workers(options: argparse.Namespace, count: int) -> None:
    """Makes parsed options say so many workers, each of them for good."""
    if hasattr(options, "numprocesses"):
        options.numprocesses = count
        options.maxprocesses = None
        options.distload = False
        # Anything but "no": which scheduler it is, is said elsewhere.
        options.dist = "worksteal"
        options.tx = ["popen"] * count
        options.loadscopereorder = True
        # A dead one is not replaced: a new process goes on, as ever.
        options.maxworkerrestart = "0"
