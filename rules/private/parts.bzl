"""Parts: the classes into which every test of a file falls.

A test is `serial` when it bears a mark that says so; else `group:NAME` when it bears
a group's mark and the distribution mode is `loadgroup`; else `rest`. `+MARKER` follows
for each split marker that it bears, sorted: `rest+unit`, `group:db+integration+slow`.
A group's name may be any string: in it, what is no printable ASCII and the characters `%`,
`+`, `"` and `\\` are written as `%XX` for each byte of their UTF-8.
`other_groups` are the groups of a file that no target names, such as only a running pytest
shows. The same words stand in internal/model (Go) and rules_xdist.units (Python).
"""

DIST_MODES = ["load", "loadscope", "loadfile", "loadgroup", "no"]

REST = "rest"
SERIAL = "serial"
OTHER_GROUPS = "other_groups"
_GROUP_PREFIX = "group:"
_MARKER_PREFIX = "+"

# What stands for itself in a group's name; % begins the escape of any other character.
_PLAIN = " !#$&'()*,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"

def base_of(part):
    """A part without its split markers.

    Args:
      part: a part.

    Returns:
      `rest`, `serial` or `group:NAME`.
    """
    return part.split(_MARKER_PREFIX)[0]

def markers_of(part):
    """The split markers that all tests of a part bear.

    Args:
      part: a part.

    Returns:
      A list of the markers' names.
    """
    return part.split(_MARKER_PREFIX)[1:]

def is_group(part):
    """Whether a part's tests are of one group.

    Args:
      part: a part.

    Returns:
      True for `group:NAME`, whatever markers follow.
    """
    return part.startswith(_GROUP_PREFIX)

def is_serial(part):
    """Whether a part's tests run alone.

    Args:
      part: a part.

    Returns:
      True for `serial`, whatever markers follow.
    """
    return base_of(part) == SERIAL

def part_error(part, split):
    """What keeps a string from naming a part.

    Args:
      part: the string.
      split: the split markers that there are.

    Returns:
      The rule that it breaks, or None.
    """
    base = base_of(part)
    if base not in [REST, SERIAL, OTHER_GROUPS] and not is_group(base):
        return "must be rest, serial, group:NAME or other_groups, then +MARKER for each split marker of its tests"
    odd = [repr(c) for c in base.elems() if c not in _PLAIN and c != "%"]
    if odd:
        return "in the group's name {} must be %XX for each byte, as Gazelle writes it".format(" and ".join(odd))
    markers = markers_of(part)
    unknown = [repr(marker) for marker in markers if marker not in split]
    if unknown:
        return "{} must be in markers[\"split\"], which is {}".format(" and ".join(unknown), split)
    if markers != sorted({marker: None for marker in markers}.keys()):
        return "its markers must be sorted, each once"
    return None
