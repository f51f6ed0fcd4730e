"""Unit tests of how serial targets are kept alone."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:serial.bzl", "serial_exec_properties", "serial_tags")

def _exclusive_test_impl(ctx):
    env = unittest.begin(ctx)
    for scope in ["host", "build"]:
        asserts.equals(env, ["serial", "exclusive"], serial_tags(scope, "exclusive"))
    asserts.equals(env, {}, serial_exec_properties("exclusive"))
    return unittest.end(env)

def _pool_test_impl(ctx):
    env = unittest.begin(ctx)

    # The tag exclusive would forbid remote execution.
    asserts.equals(env, ["serial"], serial_tags("host", "pool"))
    asserts.equals(env, ["serial", "exclusive-if-local"], serial_tags("build", "pool"))
    asserts.equals(env, {"pool": "serial"}, serial_exec_properties("pool"))
    return unittest.end(env)

exclusive_test = unittest.make(_exclusive_test_impl)
pool_test = unittest.make(_pool_test_impl)

def serial_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    unittest.suite(name, exclusive_test, pool_test)
