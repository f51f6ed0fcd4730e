"""Tests of which actions of a test target have its test's execution properties."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules/private:exec_properties.bzl", "with_test_properties")
load("//rules/private:network.bzl", "network_exec_properties")
load("//rules/private:serial.bzl", "serial_exec_properties")

# As with --repo_env=RULES_XDIST_SERIAL=pool, which only loading could see.
_OURS = serial_exec_properties("pool") | network_exec_properties(["requires-network"], "pool")

def _unit_test_impl(ctx):
    env = unittest.begin(ctx)
    ours = {
        "network": "on",
        "pool": "serial",
    }
    asserts.equals(env, {}, with_test_properties({}, {}))
    asserts.equals(env, {"mine": "1"}, with_test_properties({}, {"mine": "1"}))
    asserts.equals(env, {"test.network": "on", "test.pool": "serial"}, with_test_properties(ours, {}))

    # A person's own win, whatever their spelling: `test.pool` would be laid over `pool`.
    asserts.equals(env, {"pool": "big", "test.network": "on"}, with_test_properties(ours, {"pool": "big"}))
    asserts.equals(env, {"test.network": "on", "test.pool": "big"}, with_test_properties(ours, {"test.pool": "big"}))
    return unittest.end(env)

unit_test = unittest.make(_unit_test_impl)

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

# Of a target under test, its execution properties.
exec_properties_test = analysistest.make(
    _target_test_impl,
    attrs = {"exec_properties_of_target": attr.string_dict()},
    extra_target_under_test_aspects = [_exec_properties_aspect],
)

def _shared_output_test_impl(ctx):
    # Of all targets of this rule in a package it is one file, as rules_python's bytecode is
    # of all targets with one source. Bazel allows that for equal actions alone.
    shared = ctx.actions.declare_file("shared_output.txt")
    ctx.actions.run_shell(
        outputs = [shared],
        command = "echo shared >" + shared.path,
    )
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, "#!/bin/sh\n", is_executable = True)
    return [DefaultInfo(executable = script, files = depset([script, shared]))]

shared_output_test = rule(
    implementation = _shared_output_test_impl,
    doc = "Cannot be built beside another target of it if an action other than the test's has properties of its own.",
    test = True,
)

def exec_properties_test_suite(name):
    """All tests of this file and the targets that they look at.

    Args:
      name: the suite's name.
    """
    properties = with_test_properties(_OURS, {})
    unittest.suite(name + "_unit", unit_test)
    shared_output_test(name = "shared_output_test")
    shared_output_test(
        name = "shared_output_pool_test",
        exec_properties = properties,
    )
    native.test_suite(
        name = name,
        tests = [
            name + "_unit",
            ":shared_output_pool_test",
            ":shared_output_test",
        ],
    )
