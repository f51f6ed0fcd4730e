"""Analysis tests of go_xdist_test, on the targets of //rules/tests/golang."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load(":tags_test.bzl", "tags_test")

_SUBJECT = "//rules/tests/golang:golang_test"

def _action(env, mnemonic):
    found = [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]
    asserts.equals(env, 1, len(found), "actions " + mnemonic)
    return found[0]

def _selection_test_impl(ctx):
    env = analysistest.begin(ctx)
    selection = json.decode(_action(env, "FileWrite").content)
    asserts.equals(env, ctx.attr.target, selection["target"])
    asserts.equals(env, "loadgroup", selection["dist"])
    asserts.equals(env, ctx.attr.runs, selection["runs"])
    asserts.equals(env, ctx.attr.elsewhere, selection["elsewhere"])
    weights = {"TestArgumentsAndEnvironment": 4} if ctx.attr.runs == ["rest"] else {}
    asserts.equals(env, weights, selection["weights"])

    # Whatever env go_test is given reaches the test too.
    environment = analysistest.target_under_test(env)[RunEnvironmentInfo].environment
    asserts.equals(env, "rules/tests/golang/golang_data.txt", environment["SUBJECT_DATA"])
    return analysistest.end(env)

selection_test = analysistest.make(
    _selection_test_impl,
    attrs = {
        "elsewhere": attr.string_list(),
        "runs": attr.string_list(),
        "target": attr.string(),
    },
)

def _marks_test_impl(ctx):
    env = analysistest.begin(ctx)

    # The tests' sources and nothing else: an edit of the library must not read them again.
    inputs = [file.short_path for file in _action(env, "GoXdistMarks").inputs.to_list() if file.is_source]
    asserts.equals(env, ["rules/tests/golang/golang_test.go"], inputs)
    return analysistest.end(env)

marks_test = analysistest.make(_marks_test_impl)

def go_xdist_test_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    selection_test(
        name = "go_selection_test",
        elsewhere = ["serial"],
        runs = ["rest"],
        target = _SUBJECT,
        target_under_test = _SUBJECT,
    )
    selection_test(
        name = "go_serial_selection_test",
        elsewhere = ["rest"],
        runs = ["serial"],
        target = _SUBJECT + "_serial",
        target_under_test = _SUBJECT + "_serial",
    )
    tags_test(
        name = "go_tags_test",
        tags_of_target = ["mine"],
        target_under_test = _SUBJECT,
    )
    tags_test(
        name = "go_serial_tags_test",
        tags_of_target = ["exclusive", "mine", "serial"],
        target_under_test = _SUBJECT + "_serial",
    )
    native.test_suite(
        name = name,
        tests = [
            ":go_selection_test",
            ":go_serial_selection_test",
            ":go_serial_tags_test",
            ":go_tags_test",
        ],
    )
