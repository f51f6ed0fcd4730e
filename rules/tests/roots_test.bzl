"""Unit tests of where pytest starts."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:selection.bzl", "root_of")

def _root_test_impl(ctx):
    env = unittest.begin(ctx)
    for root, config, files in [
        ("", "", ["svc/tests/test_a.py"]),
        ("", "pytest.ini", ["svc/tests/test_a.py"]),
        ("svc", "svc/pyproject.toml", ["svc/test_b.py", "svc/tests/test_a.py"]),
        ("svc/tests", "svc/tests/pytest.ini", ["svc/tests/test_a.py"]),
        # Of several projects, or of another one than the tests.
        ("", "svc/pytest.ini", ["lib/test_b.py", "svc/test_a.py"]),
        ("", "config/pytest.ini", ["svc/test_a.py"]),
        ("", "svc/pytest.ini", ["svc2/test_a.py"]),
        # Of an external repository.
        ("../other/svc", "../other/svc/pytest.ini", ["../other/svc/test_a.py"]),
        ("../other", "../other/pytest.ini", ["../other/test_a.py"]),
    ]:
        asserts.equals(env, root, root_of(config, files))
    return unittest.end(env)

root_test = unittest.make(_root_test_impl)

def roots_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    unittest.suite(name, root_test)
