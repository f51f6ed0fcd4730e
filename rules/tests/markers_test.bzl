"""Unit tests of the tags that come of markers."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:markers.bzl", "DEFAULT_MARKERS", "exact_tags", "tags_of")

def _tags_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], tags_of(["rest", "group:db"]))
    asserts.equals(env, ["serial"], tags_of(["rest", "serial"]))
    asserts.equals(env, ["e2e", "serial", "unit"], tags_of(["serial+unit", "rest+e2e+unit", "group:serial"]))
    return unittest.end(env)

def _exact(runs, markers, tags = []):
    return exact_tags(runs, DEFAULT_MARKERS | markers, tags + tags_of(runs))

def _exact_test_impl(ctx):
    env = unittest.begin(ctx)
    markers = {"split": ["unit", "e2e"]}
    every = ["e2e=e2e", "serial=serial", "unit=unit"]
    for runs in [["rest"], ["rest+unit", "group:db+unit"], ["serial+e2e+unit"], ["serial"]]:
        asserts.equals(env, every, _exact(runs, markers, ["mine"]))
    asserts.equals(env, ["e2e=e2e", "serial=serial"], _exact(["rest", "group:db+unit"], markers))
    asserts.equals(env, ["e2e=e2e", "unit=unit"], _exact(["rest+unit", "serial+unit"], markers))
    asserts.equals(env, ["serial=serial"], _exact(["rest"], {}))

    # A person gave the target tags that its tests do not.
    asserts.equals(env, ["e2e=e2e"], _exact(["rest"], markers, ["serial", "unit"]))
    asserts.equals(env, every, _exact(["serial+unit"], markers, ["serial", "unit"]))

    # The tag stays "serial", whatever the mark; it cannot tell two marks apart.
    asserts.equals(env, ["alone=serial"], _exact(["serial"], {"serial": ["alone"]}))
    asserts.equals(env, [], _exact(["serial"], {"serial": ["alone", "serial"]}))
    asserts.equals(env, [], _exact(["rest"], {"serial": []}))
    return unittest.end(env)

tags_test = unittest.make(_tags_test_impl)
exact_test = unittest.make(_exact_test_impl)

def markers_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    unittest.suite(name, tags_test, exact_test)
