"""Unit tests of environments."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:each.bzl", "each_errors", "environments", "suite_of")

_COMMON = {
    "args": ["-v"],
    "env": {
        "A": "1",
        "B": "1",
    },
    "size": "small",
    "tags": [],
}

def _environments_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {"t": _COMMON}, environments("t", {}, _COMMON))
    each = {
        "3.12": {
            "args": ["-x"],
            "env": {"B": "2"},
            "python_version": "3.12",
            "size": "large",
        },
        "plain": {},
    }
    asserts.equals(env, {
        "t_3.12": {
            "args": ["-v", "-x"],
            "env": {
                "A": "1",
                "B": "2",
            },
            "python_version": "3.12",
            "size": "large",
            "tags": [],
        },
        "t_plain": _COMMON,
    }, environments("t", each, _COMMON))
    asserts.equals(env, [], each_errors(each))
    return unittest.end(env)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [
        "each: \"\": must be letters, digits, _, . and -, for the name of a target",
        "each: \"a/b\": must be letters, digits, _, . and -, for the name of a target",
        "each[\"a/b\"]: dist: belongs to all environments: it says which tests run",
    ], each_errors({
        "": {},
        "a/b": {"dist": "load"},
    }))
    return unittest.end(env)

def _suite_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(tags = [], tests = [":a", ":b"]), suite_of({
        "a": ["x"],
        "b": [],
    }))
    asserts.equals(env, struct(tags = [], tests = [":a"]), suite_of({
        "a": [],
        "b": ["manual"],
    }))
    asserts.equals(env, struct(tags = ["manual"], tests = [":a", ":b"]), suite_of({
        "a": ["manual", "x"],
        "b": ["manual"],
    }))
    return unittest.end(env)

environments_test = unittest.make(_environments_test_impl)
errors_test = unittest.make(_errors_test_impl)
suite_test = unittest.make(_suite_test_impl)

def each_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    unittest.suite(name, environments_test, errors_test, suite_test)
