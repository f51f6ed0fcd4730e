"""What the runner calls while tests run, as it was before the first of them.

Tests replace what modules hold: by a mock of a module's scope, a fake file system or
clock, or for good; and while a test's fixtures are set up, hooks run within all that.
None of it may reach the runner. So its hooks call these, and no name that a test can
replace. All are functions in C, which look up nothing in a module either; and they are a
class's, where tools that go through all modules (pyfakefs, freezegun) do not find them.
"""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Callable
from json import encoder
from typing import Any


def _json_encoder() -> Callable[[Any], str]:
    """json.dumps of what is plain, without json's Python."""
    if encoder.c_make_encoder is None:  # Such as in PyPy.
        return json.dumps
    chunks = encoder.c_make_encoder(
        None,  # no check for circles
        None,  # no conversion of what is not plain
        encoder.encode_basestring_ascii,
        None,  # no indentation
        ": ",
        ", ",
        False,  # the order as it is
        False,  # no skipped keys
        True,  # NaN
    )
    return lambda value, chunks=chunks, join="".join: join(chunks(value, 0))


class original:  # noqa: N801  (it stands for a module)
    """The functions, under the names that they have in their modules."""

    fstat = staticmethod(os.fstat)
    ftruncate = staticmethod(os.ftruncate)
    getpid = staticmethod(os.getpid)
    kill = staticmethod(os.kill)
    lseek = staticmethod(os.lseek)
    pread = staticmethod(os.pread)
    stat = staticmethod(os.stat)
    write = staticmethod(os.write)
    exit = staticmethod(os._exit)  # at once
    monotonic = staticmethod(time.monotonic)
    perf_counter = staticmethod(time.perf_counter)
    to_json = staticmethod(_json_encoder())
    to_pickle = staticmethod(pickle.dumps)
