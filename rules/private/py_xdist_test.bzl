"""py_xdist_test: a py_test whose shards run pytest's tests as pytest-xdist would."""

load("@rules_python//python:defs.bzl", "py_test")
load(":parts.bzl", "DIST_MODES", "REST", "SERIAL")
load(":selection.bzl", "xdist_selection")
load(":serial.bzl", "SERIAL_SCOPES", "serial_exec_properties", "serial_tags")

_MAIN = Label("//rules/pytest_plugin:xdist_main.py")
_RUNTIME = Label("//rules/pytest_plugin:runtime")

def _check_one_of(name, attribute, value, values):
    if value not in values:
        fail("py_xdist_test {}: {} = {}: must be one of {}".format(
            repr(name),
            attribute,
            repr(value),
            ", ".join(values),
        ))

def _workspace_path(label):
    label = native.package_relative_label(label)
    return label.package + "/" + label.name if label.package else label.name

def py_xdist_test(
        name,
        srcs,
        dist = "loadgroup",
        runs = None,
        elsewhere = {},
        config = None,
        serial_scope = "host",
        shard_count = None,
        tags = [],
        env = {},
        data = [],
        deps = [],
        exec_properties = {},
        **kwargs):
    """A pytest target whose shards take whole units of its tests.

    Every test of `srcs` falls into one part: `serial` when it is marked so, else
    `group:NAME` when it bears `xdist_group` and `dist` is `loadgroup`, else `rest`.
    The target runs the parts in `runs`. A test of another part fails the target by
    name, unless `elsewhere` says that another target runs it: nothing is lost.

    Args:
      name: the target's name.
      srcs: test files; `conftest.py` and `__init__.py` among them are not collected.
      dist: what a shard never splits, as pytest-xdist's `--dist`: `load` a test,
        `loadscope` a class or module, `loadfile` a file, `loadgroup` a group, `no`
        everything.
      runs: parts that this target runs, by default `["rest"]`. With `serial` among
        them the target runs alone.
      elsewhere: part to the files of `srcs` whose tests of that part other targets run.
      config: pytest's configuration file (`pytest.ini`, `pyproject.toml`, ...).
      serial_scope: where a target with serial tests is alone. `host`: no other test of
        the build runs on its host meanwhile; `build`: none runs anywhere.
      shard_count: into how many shards its units are spread.
      tags: as of py_test.
      env: as of py_test.
      data: as of py_test.
      deps: as of py_test.
      exec_properties: as of py_test.
      **kwargs: further arguments of py_test. `args` are pytest's.
    """
    _check_one_of(name, "dist", dist, DIST_MODES)
    _check_one_of(name, "serial_scope", serial_scope, SERIAL_SCOPES)
    if dist == "no" and type(shard_count) == "int" and shard_count > 1:
        fail("py_xdist_test {}: shard_count = {}: dist = \"no\" runs in one process".format(repr(name), shard_count))
    runs = [REST] if runs == None else runs
    selection = name + ".selection"
    xdist_selection(
        name = selection,
        testonly = True,
        srcs = srcs,
        config = config,
        dist = dist,
        elsewhere = {
            part: [_workspace_path(file) for file in files]
            for part, files in elsewhere.items()
        },
        runs = runs,
        tags = ["manual"],
        test = name,
        visibility = ["//visibility:private"],
    )
    if SERIAL in runs:
        tags = tags + serial_tags(serial_scope)
        exec_properties = serial_exec_properties() | exec_properties
    py_test(
        name = name,
        # The order of a set of strings must be the same in all shards, or they would
        # not agree on the tests.
        env = {
            "PYTHONHASHSEED": "0",
            "RULES_XDIST_SELECTION": "$(rootpath :{})".format(selection),
        } | env,
        srcs = srcs + [_MAIN],
        data = data + [selection] + ([config] if config else []),
        deps = deps + [_RUNTIME],
        exec_properties = exec_properties,
        # Added __init__.py files would change the modules' names and with them which
        # conftest.py and which relative import pytest finds.
        legacy_create_init = 0,
        main = _MAIN,
        shard_count = shard_count,
        tags = tags,
        **kwargs
    )
