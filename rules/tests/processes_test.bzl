"""Analysis tests of how a py_xdist_test's tests run: each, boxed, workers and weights."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "py_xdist_test", "xdist_census_test", "xdist_package")
load(":py_xdist_test_test.bzl", "failure_test")
load(":tags_test.bzl", "tags_test")

def _environment_test_impl(ctx):
    env = analysistest.begin(ctx)
    environment = analysistest.target_under_test(env)[RunEnvironmentInfo].environment
    for variable, value in ctx.attr.environment.items():
        asserts.equals(env, value, environment.get(variable, ""), variable)

    # Of all environments, and of the census, the same.
    asserts.equals(env, "rules/tests/" + ctx.attr.selection + ".json", environment["RULES_XDIST_SELECTION"])
    return analysistest.end(env)

environment_test = analysistest.make(
    _environment_test_impl,
    attrs = {
        "environment": attr.string_dict(),
        "selection": attr.string(mandatory = True),
    },
)

def _weights_test_impl(ctx):
    env = analysistest.begin(ctx)
    written = [action for action in analysistest.target_actions(env) if action.mnemonic == "FileWrite"]
    asserts.equals(env, {
        "rules/tests/a_subject.py": 2,
        "rules/tests/a_subject.py::TestX::test_y": 1024,
        "rules/tests/b_subject.py::test_x[a::b]": 1,
    }, json.decode(written[0].content)["weights"])
    return analysistest.end(env)

weights_test = analysistest.make(_weights_test_impl)

def processes_test_suite(name):
    """All tests of this file and the targets that they look at.

    Args:
      name: the suite's name.
    """
    py_xdist_test(
        name = "subject_each",
        srcs = ["a_subject.py"],
        boxed = True,
        each = {
            "many": {
                "env": {"MINE": "2"},
                "shard_count": 2,
                "tags": ["many"],
                "workers": 4,
            },
            "one": {
                "boxed": False,
                "tags": ["one"],
            },
        },
        env = {
            "MINE": "1",
            "OURS": "1",
        },
        tags = ["manual", "mine"],
    )
    xdist_package(
        name = "subject_each_package",
        patterns = ["a_subject.py"],
        tests = [":subject_each"],
    )
    xdist_census_test(
        name = "subject_each_census",
        packages = [":subject_each_package"],
        tags = ["manual"],
    )
    py_xdist_test(
        name = "subject_weighed",
        srcs = ["a_subject.py", "b_subject.py"],
        tags = ["manual"],
        weights = {
            "//rules/tests:b_subject.py::test_x[a::b]": 1,
            "a_subject.py": 2,
            ":a_subject.py::TestX::test_y": 1024,
        },
    )
    py_xdist_test(
        name = "broken_processes",
        srcs = ["a_subject.py"],
        each = {
            "a b": {},
            "every": {
                "runs": ["rest"],
                "workers": 0,
            },
            "some": {"shard_count": 2},
        },
        runs = ["serial"],
        tags = ["manual"],
        weights = {
            "a_subject.py::test_x": 3,
            "a_subject.py::test_y": 2048,
            "b_subject.py::test_x": 2,
        },
        workers = 2,
    )
    py_xdist_test(
        name = "subject=odd",
        srcs = ["a_subject.py"],
        tags = ["manual"],
    )
    environment_test(
        name = "odd_name_test",
        environment = {
            "RULES_XDIST_BYTECODE": "rules/tests/subject=odd.bytecode.list",
            "RULES_XDIST_ROOT": "",
        },
        selection = "subject=odd.selection",
        target_under_test = ":subject=odd",
    )
    failure_test(
        name = "broken_processes_test",
        messages = [
            "each: \"a b\": must be letters, digits, _, . and -, for the name of a target",
            "each[\"every\"]: runs: belongs to all environments: it says which tests run",
            "workers = 2: its serial tests run alone",
            "workers = 0: must be a number from 1",
            "weights[\"a_subject.py::test_x\"]: 3: must be a power of two from 1 to 1024",
            "weights[\"a_subject.py::test_y\"]: 2048: must be a power of two from 1 to 1024",
            "weights[\"rules/tests/b_subject.py::test_x\"]: rules/tests/b_subject.py is not in srcs",
        ],
        target_under_test = ":broken_processes.selection",
    )
    environment_test(
        name = "each_many_test",
        environment = {
            "MINE": "2",
            "OURS": "1",
            "RULES_XDIST_BOXED": "1",
            "RULES_XDIST_WORKERS": "4",
        },
        selection = "subject_each.selection",
        target_under_test = ":subject_each_many",
    )
    environment_test(
        name = "each_one_test",
        environment = {
            "MINE": "1",
            "OURS": "1",
            "RULES_XDIST_BOXED": "",
            "RULES_XDIST_WORKERS": "",
        },
        selection = "subject_each.selection",
        target_under_test = ":subject_each_one",
    )
    tags_test(
        name = "each_many_tags_test",
        tags_of_target = ["cpu:4", "manual", "many", "mine"],
        target_under_test = ":subject_each_many",
    )
    tags_test(
        name = "each_one_tags_test",
        tags_of_target = ["manual", "mine", "one"],
        target_under_test = ":subject_each_one",
    )
    weights_test(
        name = "weights_test",
        target_under_test = ":subject_weighed.selection",
    )
    native.test_suite(
        name = name,
        tests = [
            ":broken_processes_test",
            ":each_many_tags_test",
            ":each_many_test",
            ":each_one_tags_test",
            ":each_one_test",
            ":odd_name_test",
            ":subject_each_census",
            ":weights_test",
        ],
    )
