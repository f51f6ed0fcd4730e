"""How a serial target is kept alone, on this machine and on a cluster."""

load("@rules_xdist_settings//:settings.bzl", SETTING = "SERIAL")
load(":parts.bzl", SERIAL_TAG = "SERIAL")

SERIAL_SCOPES = ["host", "build"]

# The cluster's pool that runs one action at a time on each of its hosts.
_POOL = {"pool": "serial"}

def serial_tags(scope, setting = SETTING):
    """Tags that keep a serial target alone.

    `exclusive` makes Bazel run a test after all others, one at a time, and only on
    this machine. With a cluster whose pool keeps the host free, `host` needs no tag;
    `build` then takes `exclusive-if-local`, which Bazel also runs after all others,
    one at a time, but remotely. `serial` is for --test_tag_filters.

    Args:
      scope: `host` or `build`.
      setting: how serial tests are kept alone, `exclusive` or `pool`.

    Returns:
      A list of tags.
    """
    if setting == "exclusive":
        return [SERIAL_TAG, "exclusive"]
    if scope == "build":
        return [SERIAL_TAG, "exclusive-if-local"]
    return [SERIAL_TAG]

def serial_exec_properties(setting = SETTING):
    """Execution properties that keep a serial target alone.

    Args:
      setting: how serial tests are kept alone, `exclusive` or `pool`.

    Returns:
      A dict of execution properties for the action that runs the test.
    """
    return _POOL if setting == "pool" else {}
