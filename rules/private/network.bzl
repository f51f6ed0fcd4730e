"""How a test that needs the network gets it on a cluster."""

load("@rules_xdist_settings//:settings.bzl", SETTING = "SERIAL")

# Bazel's own tag, by which its sandbox leaves the network open to an action.
_TAG = "requires-network"

# Bazel does not send tags to a cluster, only execution properties.
_PROPERTIES = {"network": "on"}

def network_exec_properties(tags, setting = SETTING):
    """Execution properties of a test with these tags.

    A cluster of another kind may have no worker for a property that it does not know.
    So there are none unless the build is set up for a cluster whose workers close the
    network, which is the one with the pool for serial tests.

    Args:
      tags: the test's tags.
      setting: how serial tests are kept alone, `exclusive` or `pool`.

    Returns:
      A dict of execution properties for the action that runs the test.
    """
    return _PROPERTIES if setting == "pool" and _TAG in tags else {}
