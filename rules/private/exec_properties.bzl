"""Execution properties of the action that runs a test, and of no other of its target's."""

# The exec group of a test's own action, which Bazel gives every test rule.
_OF_THE_TEST = "test."

def with_test_properties(properties, own):
    """A target's execution properties with those of its test's action.

    Properties of a whole target would go to its compiling actions as well. Two targets of
    one file would then declare different actions of the same output, and a cluster would
    compile in the pool that is meant for tests that run alone.

    Args:
      properties: dict of execution properties for the test's action.
      own: what a person wrote, with or without `test.` before it. It wins.

    Returns:
      A dict of execution properties.
    """
    given = own if type(own) == "dict" else {}  # What a select() holds cannot be seen yet.
    return {
        _OF_THE_TEST + key: value
        for key, value in properties.items()
        if key not in given
    } | own
