"""Weights: how much a test counts when shards are filled.

Powers of two, and few of them, so that they rarely change: each change runs all shards of
the target again.
"""

_WEIGHTS = [1 << power for power in range(11)]

def weights_errors(weights):
    """What is wrong with the numbers of `weights`.

    Args:
      weights: dict of names to weights.

    Returns:
      A list of messages.
    """
    return [
        "weights[{}]: {}: must be a power of two from 1 to {}".format(repr(name), repr(weight), _WEIGHTS[-1])
        for name, weight in weights.items()
        if type(weight) != "int" or weight not in _WEIGHTS
    ]

def sound_weights(weights, named = lambda name: name):
    """The weights that are right, for a rule's attribute.

    Args:
      weights: dict of names to weights.
      named: what makes a name one of the whole repository.

    Returns:
      A dict of strings, since no attribute of a rule maps them to numbers.
    """
    return {
        named(name): str(weight)
        for name, weight in weights.items()
        if not weights_errors({name: weight})
    }
