"""Analysis tests of py_xdist_test, xdist_package and xdist_census_test."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "XdistSelectionInfo", "py_xdist_test", "xdist_census_test", "xdist_package")
load("//rules/private:selection.bzl", "xdist_selection")
load(":tags_test.bzl", "tags_test")

def _selection_test_impl(ctx):
    env = analysistest.begin(ctx)
    selection = analysistest.target_under_test(env)[XdistSelectionInfo]
    asserts.equals(env, "//rules/tests:subject", selection.target)
    asserts.equals(env, "loadgroup", selection.dist)
    asserts.equals(env, ["rules/tests/a_subject.py", "rules/tests/b_subject.py"], selection.files)
    asserts.equals(env, ["rest", "group:own"], selection.runs)
    asserts.equals(env, {"serial": ["rules/tests/a_subject.py"]}, selection.elsewhere)
    return analysistest.end(env)

selection_test = analysistest.make(_selection_test_impl)

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    for message in ctx.attr.messages:
        asserts.expect_failure(env, message)
    return analysistest.end(env)

failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"messages": attr.string_list(mandatory = True)},
    expect_failure = True,
)

def _inputs_test_impl(ctx):
    env = analysistest.begin(ctx)

    # Names only: a test's body must not be able to make the census run again.
    for action in analysistest.target_actions(env):
        inputs = [file.path for file in action.inputs.to_list()]
        asserts.equals(env, [], [path for path in inputs if path.endswith(".py")])
    return analysistest.end(env)

inputs_test = analysistest.make(_inputs_test_impl)

def py_xdist_test_test_suite(name):
    """All tests of this file and the targets that they look at.

    Args:
      name: the suite's name.
    """
    srcs = ["a_subject.py", "b_subject.py"]
    py_xdist_test(
        name = "subject",
        srcs = srcs + ["conftest.py"],
        elsewhere = {"serial": ["a_subject.py"]},
        runs = ["rest", "group:own"],
        tags = ["manual", "mine"],
    )
    py_xdist_test(
        name = "subject_serial",
        srcs = ["a_subject.py"],
        elsewhere = {part: ["a_subject.py"] for part in ["rest", "group:own"]},
        runs = ["serial"],
        tags = ["manual"],
    )
    xdist_package(
        name = "subject_package",
        patterns = ["*_subject.py"],
        tests = [":subject", ":subject_serial"],
    )
    xdist_census_test(
        name = "subject_census",
        packages = [":subject_package"],
    )
    xdist_selection(
        name = "broken.selection",
        testonly = True,
        srcs = ["a_subject.py"],
        dist = "loadgroup",
        elsewhere = {
            "rest": ["rules/tests/a_subject.py"],
            "serial": ["rules/tests/other.py"],
        },
        runs = ["rest", "grup:db"],
        tags = ["manual"],
        test = "broken",
    )
    selection_test(name = "selection_test", target_under_test = ":subject.selection")
    tags_test(
        name = "ordinary_tags_test",
        absent = ["exclusive", "serial"],
        present = ["mine"],
        target_under_test = ":subject",
    )
    tags_test(
        name = "serial_tags_test",
        present = ["exclusive", "serial"],
        target_under_test = ":subject_serial",
    )
    inputs_test(name = "census_inputs_test", target_under_test = ":subject_census")
    failure_test(
        name = "broken_selection_test",
        messages = [
            "//rules/tests:broken",
            "part \"grup:db\": must be rest, serial or group:NAME",
            "part \"rest\": stands both in runs and in elsewhere",
            "elsewhere[\"serial\"]: rules/tests/other.py is not in srcs",
        ],
        target_under_test = ":broken.selection",
    )
    native.test_suite(
        name = name,
        tests = [
            ":broken_selection_test",
            ":census_inputs_test",
            ":ordinary_tags_test",
            ":selection_test",
            ":serial_tags_test",
            ":subject_census",
        ],
    )
