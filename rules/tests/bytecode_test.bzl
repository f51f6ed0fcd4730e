"""Analysis tests of xdist_bytecode, which py_xdist_test makes."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_COMPILE = "PyXdistCompile"

def _archives(target):
    return sorted([
        file.basename
        for file in target[DefaultInfo].default_runfiles.files.to_list()
        if file.extension == "pycs"
    ])

def _bytecode_test_impl(ctx):
    env = analysistest.begin(ctx)
    compiling = [action for action in analysistest.target_actions(env) if action.mnemonic == _COMPILE]
    asserts.equals(env, 1, len(compiling))

    # Those of libraries are compiled by actions of these libraries.
    sources = [file.basename for file in compiling[0].inputs.to_list() if file.path.startswith("rules/tests/")]
    asserts.equals(env, ["a_subject.py", "b_subject.py", "conftest.py"], sorted(sources))
    archives = _archives(analysistest.target_under_test(env))
    asserts.equals(env, ["pytest_plugin.pycs", "subject.bytecode.pycs"], archives)
    return analysistest.end(env)

bytecode_test = analysistest.make(_bytecode_test_impl)

def _switched_off_test_impl(ctx):
    env = analysistest.begin(ctx)
    mnemonics = [action.mnemonic for action in analysistest.target_actions(env)]
    asserts.false(env, _COMPILE in mnemonics, "compiles")
    asserts.equals(env, [], _archives(analysistest.target_under_test(env)))
    return analysistest.end(env)

switched_off_test = analysistest.make(
    _switched_off_test_impl,
    config_settings = {str(Label("//rules:bytecode")): False},
)

def bytecode_test_suite(name):
    """All tests of this file, of the target that those of py_xdist_test make.

    Args:
      name: the suite's name.
    """
    bytecode_test(
        name = "bytecode_test",
        target_under_test = ":subject.bytecode",
    )
    switched_off_test(
        name = "bytecode_switched_off_test",
        target_under_test = ":subject.bytecode",
    )
    native.test_suite(
        name = name,
        tests = [
            ":bytecode_switched_off_test",
            ":bytecode_test",
        ],
    )
