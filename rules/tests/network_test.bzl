"""Tests of which tests get the network on a cluster."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules:defs.bzl", "go_xdist_test", "py_xdist_test")
load("//rules/private:exec_properties.bzl", "with_test_properties")
load("//rules/private:network.bzl", "network_exec_properties")
load(":exec_properties_test.bzl", "exec_properties_test")

def _properties_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {"network": "on"}, network_exec_properties(["a", "requires-network"], "pool"))
    asserts.equals(env, {}, network_exec_properties(["a", "block-network"], "pool"))
    asserts.equals(env, {}, network_exec_properties([], "pool"))
    asserts.equals(env, {}, network_exec_properties(["requires-network"], "exclusive"))
    return unittest.end(env)

properties_test = unittest.make(_properties_test_impl)

_SUBJECTS = {
    "go": "network_go_subject",
    "py": "network_py_subject",
}

def network_test_suite(name):
    """All tests of this file and the targets that they look at.

    Args:
      name: the suite's name.
    """
    tags = ["manual", "requires-network"]
    go_xdist_test(
        name = _SUBJECTS["go"],
        exec_properties = {"mine": "1"},
        tags = tags,
    )
    py_xdist_test(
        name = _SUBJECTS["py"],
        srcs = ["a_subject.py"],
        exec_properties = {"mine": "1"},
        tags = tags,
    )
    unittest.suite(name + "_unit", properties_test)
    for language, subject in _SUBJECTS.items():
        exec_properties_test(
            name = "network_{}_test".format(language),
            # With --repo_env=RULES_XDIST_SERIAL=pool, the network is among them.
            exec_properties_of_target = with_test_properties(network_exec_properties(tags), {"mine": "1"}),
            target_under_test = subject,
        )
    native.test_suite(
        name = name,
        tests = [name + "_unit"] + [":network_{}_test".format(language) for language in _SUBJECTS],
    )
