"""Environments: `each` of py_xdist_test, all of which run all tests of a target."""

# What says which tests run: to the census, which counts an environment's tests once,
# all environments are one target.
_SHARED = ["config", "dist", "doctests", "each", "elsewhere", "markers", "name", "runs", "serial_scope", "srcs", "weights"]

# What an environment adds to the target's own; anything else takes its place.
_LISTS = ["args", "data", "deps", "tags"]
_DICTS = ["config_settings", "env", "exec_properties"]

def each_errors(each):
    """What is wrong with `each`.

    Args:
      each: dict of the environments' names to dicts of attributes.

    Returns:
      A list of messages.
    """
    errors = []
    for environment, attrs in each.items():
        odd = [c for c in environment.elems() if not (c.isalnum() or c in "_.-")]
        if odd or not environment:
            errors.append("each: {}: must be letters, digits, _, . and -, for the name of a target".format(repr(environment)))
        for attribute in attrs:
            if attribute in _SHARED:
                errors.append("each[{}]: {}: belongs to all environments: it says which tests run".format(repr(environment), attribute))
    return errors

def environments(name, each, common):
    """The attributes of each environment's target.

    Args:
      name: the name of the target.
      each: dict of the environments' names to dicts of attributes, which may be empty.
      common: dict of the attributes that the target itself has.

    Returns:
      A dict of the names of the targets to their attributes: of the target alone where
      there are no environments.
    """
    if not each:
        return {name: common}
    return {
        "{}_{}".format(name, environment): _merged(common, attrs)
        for environment, attrs in each.items()
    }

def _merged(common, attrs):
    merged = dict(common)
    for attribute, value in attrs.items():
        if attribute in _SHARED:
            continue  # An error, which is told with the others.
        has = merged.get(attribute)
        if has != None and attribute in _LISTS:
            value = has + value
        elif has != None and attribute in _DICTS:
            value = has | value
        merged[attribute] = value
    return merged

def suite_of(tags_of_tests):
    """What the suite is that stands for all environments.

    Args:
      tags_of_tests: dict of the environments' targets to their tags.

    Returns:
      A struct of its `tests` and its `tags`.
    """
    automatic = [test for test, tags in tags_of_tests.items() if "manual" not in tags]

    # A suite would run its manual tests, too, wherever it is run itself; and any other tag
    # of its own would choose among its tests.
    return struct(
        tags = [] if automatic else ["manual"],
        tests = [":" + test for test in automatic or tags_of_tests],
    )
