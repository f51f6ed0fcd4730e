"""The static half of the census: do the targets partition the test files' tests?

Pure functions over names. What only a running pytest knows is checked by each shard.
"""

load(":parts.bzl", "OTHER_GROUPS", "REST", "base_of", "is_group")

def census_errors(files, selections):
    """What is wrong between the test files on disk and the targets' selections.

    Args:
      files: list of strings, the test files on disk.
      selections: list of XdistSelectionInfo (or structs like it).

    Returns:
      A sorted list of messages, empty when each test is run by exactly one target.
    """
    by_file = {}
    for selection in selections:
        for file in selection.files:
            by_file.setdefault(file, []).append(selection)
    errors = [
        "{}: this test file is in no target. Run Gazelle, or add it to a py_xdist_test".format(file)
        for file in files
        if file not in by_file
    ]
    for file, sharers in by_file.items():
        errors += _errors_of_file(file, sharers)
    return sorted(errors + _split_groups(selections))

def _errors_of_file(file, sharers):
    others = [selection.target for selection in sharers if selection.markers != sharers[0].markers]
    if others:
        # Then the same part means other tests to each of them.
        return ["{}: {} and {} have different markers".format(file, sharers[0].target, " and ".join(others))]
    runners = {}
    for selection in sharers:
        for part in selection.runs:
            runners.setdefault(part, []).append(selection.target)
    errors = [
        "{}: its {} tests would run {} times, in {}".format(file, part, len(targets), " and ".join(targets))
        for part, targets in runners.items()
        if len(targets) > 1
    ]
    first = _first(runners.keys())
    for selection in sharers:
        elsewhere = [part for part, others in selection.elsewhere.items() if file in others]
        for part in elsewhere:
            if part not in runners:
                errors.append("{}: its {} tests would run nowhere: {} leaves them to another target, and there is none".format(file, part, selection.target))
        for part, targets in runners.items():
            # Of other parts it takes no notice, as long as it knows who does.
            takes_groups = is_group(part) and OTHER_GROUPS in [base_of(run) for run in selection.runs]
            must_know = part == first or first in selection.runs or takes_groups
            if must_know and part not in elsewhere and part not in selection.runs:
                errors.append("{}: {} does not know that {} runs its {} tests: elsewhere lacks them".format(file, selection.target, " and ".join(targets), part))
    return errors

def _first(parts):
    """The part whose target reports what no target runs of a file (rules_xdist.census)."""
    return sorted([(base_of(part) != REST, part) for part in parts])[0][1]

def _split_groups(selections):
    runners = {}
    for selection in selections:
        if selection.dist == "loadgroup":
            for part in selection.runs:
                if is_group(part):
                    # Its split markers do not make another group of it.
                    runners.setdefault(base_of(part), {})[selection.target] = None
    return [
        "{}: one group in {} targets, {}: its tests would not share a process".format(group, len(targets), " and ".join(targets))
        for group, targets in runners.items()
        if len(targets) > 1
    ]
