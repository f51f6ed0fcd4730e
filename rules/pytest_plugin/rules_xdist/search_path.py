"""Where the Python processes that tests start find modules.

Some launchers of rules_python put the target's folders on sys.path in their own process
alone. A test that starts `sys.executable` imports what it imports itself, as under a
plain pytest, and so do the workers of pytest-xdist.
"""

from __future__ import annotations

import os
from collections.abc import Iterable


def for_children(
    given: str | None, path: Iterable[str], runfiles: str, interpreter: Iterable[str]
) -> str | None:
    """PYTHONPATH: as it was given, then what else of `path` a new process would lack.

    That is what lies in the runfiles, but for what the interpreter, whose folders may be
    there as well, finds by itself.
    """
    own = [os.path.realpath(folder) for folder in interpreter]
    wanted = given.split(os.pathsep) if given else []
    for entry in path:
        if (
            os.path.isabs(entry)
            and _is_in(os.path.realpath(entry), os.path.realpath(runfiles))
            and not any(_is_in(os.path.realpath(entry), folder) for folder in own)
            and entry not in wanted
        ):
            wanted.append(entry)
    return os.pathsep.join(wanted) if wanted else given


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
