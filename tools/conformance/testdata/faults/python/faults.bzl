"""fault_tests: the tests of a folder as a target for each way to run them."""

load("@rules_xdist//rules:defs.bzl", "py_xdist_test")

_MODES = {
    "": {},
    "_boxed": {"boxed": True},
    "_workers": {"workers": 2},
}

def fault_tests(name, **kwargs):
    for suffix, attributes in _MODES.items():
        py_xdist_test(
            name = name + suffix,
            srcs = native.glob(["*.py"]),
            **(kwargs | attributes)
        )
