"""Tests of which tests get the network on a cluster."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "go_xdist_test", "py_xdist_test")
load("//rules/private:network.bzl", "network_exec_properties")

def _properties_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {"network": "on"}, network_exec_properties(["a", "requires-network"], "pool"))
    asserts.equals(env, {}, network_exec_properties(["a", "block-network"], "pool"))
    asserts.equals(env, {}, network_exec_properties([], "pool"))
    asserts.equals(env, {}, network_exec_properties(["requires-network"], "exclusive"))
    return unittest.end(env)

properties_test = unittest.make(_properties_test_impl)

_ExecPropertiesInfo = provider(
    doc = "The execution properties of a rule.",
    fields = {"exec_properties": "dict of strings"},
)

def _exec_properties_aspect_impl(_target, ctx):
    return [_ExecPropertiesInfo(exec_properties = ctx.rule.attr.exec_properties)]

_exec_properties_aspect = aspect(implementation = _exec_properties_aspect_impl)

def _target_test_impl(ctx):
    env = analysistest.begin(ctx)
    properties = analysistest.target_under_test(env)[_ExecPropertiesInfo].exec_properties
    asserts.equals(env, ctx.attr.exec_properties_of_target, properties)
    return analysistest.end(env)

target_test = analysistest.make(
    _target_test_impl,
    attrs = {"exec_properties_of_target": attr.string_dict()},
    extra_target_under_test_aspects = [_exec_properties_aspect],
)

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
        target_test(
            name = "network_{}_test".format(language),
            # With --repo_env=RULES_XDIST_SERIAL=pool, the network is among them.
            exec_properties_of_target = network_exec_properties(tags) | {"mine": "1"},
            target_under_test = subject,
        )
    native.test_suite(
        name = name,
        tests = [name + "_unit"] + [":network_{}_test".format(language) for language in _SUBJECTS],
    )
