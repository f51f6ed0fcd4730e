"""Analysis tests of py_xdist_test, xdist_package and xdist_census_test."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "XdistSelectionInfo", "py_xdist_test", "xdist_census_test", "xdist_package")
load(":tags_test.bzl", "tags_test")

def _selection_test_impl(ctx):
    env = analysistest.begin(ctx)
    selection = analysistest.target_under_test(env)[XdistSelectionInfo]
    asserts.equals(env, "//rules/tests:subject", selection.target)
    asserts.equals(env, "loadgroup", selection.dist)
    asserts.equals(env, ["rules/tests/a_subject.py", "rules/tests/b_subject.py"], selection.files)
    asserts.equals(env, ["rest", "group:own"], selection.runs)
    asserts.equals(env, {"serial": ["rules/tests/a_subject.py"]}, selection.elsewhere)
    asserts.equals(env, {"group": ["xdist_group"], "serial": ["serial"], "split": []}, selection.markers)
    return analysistest.end(env)

selection_test = analysistest.make(_selection_test_impl)

def _marked_selection_test_impl(ctx):
    env = analysistest.begin(ctx)
    selection = analysistest.target_under_test(env)[XdistSelectionInfo]
    asserts.equals(env, {"group": ["xdist_group"], "serial": ["alone", "single_cpu"], "split": ["slow", "unit"]}, selection.markers)
    asserts.equals(env, ["serial+slow+unit", "serial+unit"], selection.runs)
    return analysistest.end(env)

marked_selection_test = analysistest.make(_marked_selection_test_impl)

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
        # Bazel takes no label twice.
        config = "subject.md",
        data = ["//rules/tests:subject.md"],
        runs = ["serial"],
        tags = ["manual"],
    )
    py_xdist_test(
        name = "subject_marked",
        srcs = ["b_subject.py"],
        markers = {
            "serial": ["single_cpu", "alone"],
            "split": ["unit", "slow"],
        },
        runs = ["serial+slow+unit", "serial+unit"],
        # A tag that is there already is not added again.
        tags = ["manual", "unit"],
    )
    xdist_package(
        name = "subject_package",
        patterns = ["*_subject.py"],
        tests = [":subject", ":subject_serial"],
    )
    xdist_census_test(
        name = "subject_census",
        packages = [":subject_package"],
        # Of no test root: `xdist verify` shall not take it for one.
        tags = ["manual"],
    )
    py_xdist_test(
        name = "broken",
        srcs = ["a_subject.py"],
        dist = "no",
        elsewhere = {
            "rest": ["a_subject.py"],
            "serial": ["b_subject.py"],
        },
        markers = {
            "group": ["a b", "ünit"],
            "marks": ["x"],
            "serial": ["serial", "serial"],
            "split": ["unit", "manual", "slow", "2nd", ""],
        },
        runs = ["rest", "grup:db", "group:a\\b", "rest+unti+unit", "group:db+unit+slow", "serial+slow+slow"],
        serial_scope = "cpu",
        shard_count = 2,
        tags = ["manual"],
    )
    selection_test(name = "selection_test", target_under_test = ":subject.selection")
    tags_test(
        name = "ordinary_tags_test",
        tags_of_target = ["manual", "mine"],
        target_under_test = ":subject",
    )
    tags_test(
        name = "serial_tags_test",
        tags_of_target = ["exclusive", "manual", "serial"],
        target_under_test = ":subject_serial",
    )
    tags_test(
        name = "marked_tags_test",
        tags_of_target = ["exclusive", "manual", "serial", "slow", "unit"],
        target_under_test = ":subject_marked",
    )
    marked_selection_test(
        name = "marked_selection_test",
        target_under_test = ":subject_marked.selection",
    )
    inputs_test(name = "census_inputs_test", target_under_test = ":subject_census")
    failure_test(
        name = "broken_selection_test",
        messages = [
            "//rules/tests:broken:",
            "serial_scope = \"cpu\": must be one of host, build",
            "shard_count = 2: dist = \"no\" runs in one process",
            "markers: \"marks\": must be one of group, serial, split",
            "markers[\"group\"]: \"a b\": must be the name of a mark, a Python identifier",
            "markers[\"serial\"]: \"serial\": must stand there once",
            "markers[\"split\"]: \"manual\": cannot be split by, since a tag of this name has a meaning of its own",
            "markers[\"split\"]: \"2nd\": must be the name of a mark",
            "markers[\"split\"]: \"\": must be the name of a mark",
            "part \"grup:db\": must be rest, serial, group:NAME or other_groups",
            "in the group's name \"\\\\\" must be %XX for each byte, as Gazelle writes it",
            "part \"rest+unti+unit\": \"unti\" must be in markers[\"split\"], which is [\"unit\", \"manual\", \"slow\", \"2nd\", \"\"]",
            "part \"group:db+unit+slow\": its markers must be sorted, each once",
            "part \"serial+slow+slow\": its markers must be sorted, each once",
            "part \"rest\": stands both in runs and in elsewhere",
            "elsewhere[\"serial\"]: rules/tests/b_subject.py is not in srcs",
        ],
        target_under_test = ":broken.selection",
    )
    native.test_suite(
        name = name,
        tests = [
            ":broken_selection_test",
            ":census_inputs_test",
            ":marked_selection_test",
            ":marked_tags_test",
            ":ordinary_tags_test",
            ":selection_test",
            ":serial_tags_test",
            ":subject_census",
        ],
    )
