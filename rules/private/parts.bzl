"""Parts: the classes into which every test of a file falls.

A test is `serial` when it bears the mark `serial`; else `group:NAME` when it is in
an `xdist_group` and the distribution mode is `loadgroup`; else `rest`. The same
words stand in internal/model (Go) and rules_xdist.selection (Python).
"""

DIST_MODES = ["load", "loadscope", "loadfile", "loadgroup", "no"]

REST = "rest"
SERIAL = "serial"
_GROUP_PREFIX = "group:"

def is_part(value):
    """Whether a string names a part.

    Args:
      value: the string.

    Returns:
      True for `rest`, `serial` and `group:NAME` with a non-empty name.
    """
    return value in [REST, SERIAL] or (is_group(value) and len(value) > len(_GROUP_PREFIX))

def is_group(part):
    """Whether a part is a group.

    Args:
      part: a part.

    Returns:
      True for `group:NAME`.
    """
    return part.startswith(_GROUP_PREFIX)
