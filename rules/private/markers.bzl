"""Markers: which of a suite's marks mean what, and the tags that come of them."""

load(":parts.bzl", "SERIAL", "is_serial", "markers_of")

# Meaning to the marks that have it where nothing else is said: as for pytest-xdist.
DEFAULT_MARKERS = {
    "group": ["xdist_group"],
    "serial": ["serial"],
    "split": [],
}

# A split marker becomes a tag, and with these Bazel, or this repository, does more
# than to select by them.
_TAKEN_TAGS = ["exclusive", "external", "local", "manual", SERIAL]

def markers_errors(markers):
    """What is wrong with `markers`.

    Args:
      markers: dict of meaning to mark names.

    Returns:
      A list of messages.
    """
    errors = []
    for meaning, names in markers.items():
        if meaning not in DEFAULT_MARKERS:
            errors.append("markers: {}: must be one of {}".format(repr(meaning), ", ".join(DEFAULT_MARKERS)))
            continue
        for name in {name: None for name in names}:
            error = _name_error(meaning, name, names)
            if error:
                errors.append("markers[{}]: {}: {}".format(repr(meaning), repr(name), error))
    return errors

def _name_error(meaning, name, names):
    if not _is_identifier(name):
        return "must be the name of a mark, a Python identifier"
    if len([each for each in names if each == name]) > 1:
        return "must stand there once"
    if meaning == "split" and name in _TAKEN_TAGS:
        return "cannot be split by, since a tag of this name has a meaning of its own"
    return None

def _is_identifier(name):
    # Python takes letters of all alphabets.
    odd = [c for c in name.elems() if not (c.isalnum() or c == "_" or c > "~")]
    return name != "" and not odd and not name[0].isdigit()

def tags_of(runs):
    """The tags of a target for the marks of the tests that it runs.

    Args:
      runs: the parts that the target runs.

    Returns:
      A sorted list: the parts' split markers, and `serial`.
    """
    return sorted({tag: None for part in runs for tag in _tags_of_part(part)}.keys())

def _tags_of_part(part):
    return markers_of(part) + ([SERIAL] if is_serial(part) else [])

def exact_tags(runs, markers, tags):
    """The marks that the target's tags tell of: its tests bear it if and only if it has the tag.

    Args:
      runs: the parts that the target runs.
      markers: dict of meaning to mark names, complete.
      tags: all tags of the target.

    Returns:
      A list of `MARK=TAG`. A mark that some of the target's tests bear and some do not
      is none of these, nor is one of several marks for serial tests, nor one whose tag
      was given to the target for another reason.
    """
    tag_of = {name: name for name in markers["split"]}
    if len(markers["serial"]) == 1:
        tag_of[markers["serial"][0]] = SERIAL
    return [
        "{}={}".format(mark, tag)
        for mark, tag in sorted(tag_of.items())
        if not [part for part in runs if (tag in _tags_of_part(part)) != (tag in tags)]
    ]
