"""Keeps the command lines of pytest-xdist and pytest-cov working inside a shard, and
without effect.

A suite's addopts often say `-n auto --dist loadgroup --cov=src --cov-fail-under=90`.
Inside a shard that must not start workers: the shard is the worker. Nor measure: that is
`bazel coverage`'s, and a shard's part of it is no measure of the whole. Nor may it fail
where the plugins are not among the test's dependencies. How many workers there are where
a target asks for them is the target's to say, too.
"""

from __future__ import annotations

import argparse
import importlib.util

import pytest

# Of each plugin by the name of its module: options with a value, and without.
_OPTIONS = {
    "xdist": (
        (
            ("-n", "--numprocesses"),
            ("--dist",),
            ("--maxprocesses",),
            ("--max-worker-restart",),
            ("--maxschedchunk",),
            ("--testrunuid",),
            ("--tx",),
        ),
        (("--loadscope-reorder",), ("--no-loadscope-reorder",)),
    ),
    "pytest_cov": (
        (
            ("--cov-report",),
            ("--cov-config",),
            ("--cov-fail-under",),
            ("--cov-precision",),
            ("--cov-context",),
        ),
        (
            ("--cov-reset",),
            ("--no-cov-on-fail",),
            ("--no-cov",),
            ("--cov-append",),
            ("--cov-branch",),
        ),
    ),
}


def add_options(parser: pytest.Parser) -> None:
    """Accepts the options of those of the plugins that are not installed."""
    for plugin, (with_value, without_value) in _OPTIONS.items():
        if importlib.util.find_spec(plugin) is not None:
            continue
        group = parser.getgroup("rules_xdist", "options of plugins, without effect")
        # The public addoption refuses lower-case short options such as -n.
        for names in with_value:
            group._addoption(*names, action="store", help=argparse.SUPPRESS)
        for names in without_value:
            group._addoption(*names, action="store_true", help=argparse.SUPPRESS)
        if plugin == "pytest_cov":
            group._addoption("--cov", nargs="?", help=argparse.SUPPRESS)


def measure_nothing(options: argparse.Namespace) -> None:
    """Where pytest-cov is active, makes parsed options say "no coverage"."""
    if hasattr(options, "cov_source"):
        options.cov_source = []


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
