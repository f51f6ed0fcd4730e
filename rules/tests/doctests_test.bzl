"""Analysis tests of targets of doctests, and of test files that are no Python."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "XdistSelectionInfo", "py_xdist_test")

def _selection_test_impl(ctx):
    env = analysistest.begin(ctx)
    selection = analysistest.target_under_test(env)[XdistSelectionInfo]
    asserts.equals(env, ctx.attr.files, selection.files)
    asserts.equals(env, ctx.attr.doctests, selection.doctests)
    return analysistest.end(env)

selection_test = analysistest.make(
    _selection_test_impl,
    attrs = {
        "doctests": attr.bool(),
        "files": attr.string_list(),
    },
)

def _runfiles_test_impl(ctx):
    env = analysistest.begin(ctx)
    runfiles = analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files.to_list()
    paths = [file.short_path for file in runfiles]
    for file in ["rules/tests/a_subject.py", "rules/tests/subject.md"]:
        asserts.true(env, file in paths, file)
    return analysistest.end(env)

runfiles_test = analysistest.make(_runfiles_test_impl)

def doctests_test_suite(name):
    """All tests of this file and the targets that they look at.

    Args:
      name: the suite's name.
    """
    srcs = ["subject.md", "conftest.py", "a_subject.py"]
    py_xdist_test(
        name = "subject_doctests",
        srcs = srcs,
        doctests = True,
        tags = ["manual"],
    )
    py_xdist_test(
        name = "subject_collected",
        srcs = srcs,
        tags = ["manual"],
    )
    selection_test(
        name = "doctests_selection_test",
        doctests = True,
        files = ["rules/tests/a_subject.py", "rules/tests/conftest.py", "rules/tests/subject.md"],
        target_under_test = ":subject_doctests.selection",
    )
    selection_test(
        name = "collected_selection_test",
        files = ["rules/tests/a_subject.py", "rules/tests/subject.md"],
        target_under_test = ":subject_collected.selection",
    )
    runfiles_test(
        name = "doctests_runfiles_test",
        target_under_test = ":subject_doctests",
    )
    native.test_suite(
        name = name,
        tests = [":doctests_selection_test", ":collected_selection_test", ":doctests_runfiles_test"],
    )
