"""py_xdist_test: a py_test whose shards run pytest's tests as pytest-xdist would."""

load("@rules_python//python:defs.bzl", "py_test")
load(":bytecode.bzl", "xdist_bytecode")
load(":markers.bzl", "DEFAULT_MARKERS", "exact_tags", "tags_of")
load(":parts.bzl", "DIST_MODES", "REST", "SERIAL")
load(":selection.bzl", "xdist_selection")
load(":serial.bzl", "SERIAL_SCOPES", "serial_exec_properties", "serial_tags")

_MAIN = Label("//rules/pytest_plugin:xdist_main.py")
_RUNTIME = Label("//rules/pytest_plugin:runtime")

def _errors(dist, serial_scope, shard_count):
    errors = [
        "{} = {}: must be one of {}".format(attribute, repr(value), ", ".join(values))
        for attribute, value, values in [
            ("dist", dist, DIST_MODES),
            ("serial_scope", serial_scope, SERIAL_SCOPES),
        ]
        if value not in values
    ]
    if dist == "no" and type(shard_count) == "int" and shard_count > 1:
        errors.append("shard_count = {}: dist = \"no\" runs in one process".format(shard_count))
    return errors

def _workspace_path(label):
    label = native.package_relative_label(label)
    return label.package + "/" + label.name if label.package else label.name

def py_xdist_test(
        name,
        srcs,
        dist = "loadgroup",
        runs = None,
        elsewhere = {},
        markers = {},
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
    `group:NAME` when it bears `xdist_group` and `dist` is `loadgroup`, else `rest`;
    then `+MARKER` for each split marker that it bears, sorted. The target runs the
    parts in `runs`. A test of another part fails the target by name, unless
    `elsewhere` says that another target runs it: nothing is lost.

    Args:
      name: the target's name.
      srcs: test files; `conftest.py` and `__init__.py` among them are not collected.
      dist: what a shard never splits, as pytest-xdist's `--dist`: `load` a test,
        `loadscope` a class or module, `loadfile` a file, `loadgroup` a group, `no`
        everything.
      runs: parts that this target runs, by default `["rest"]`. With `serial` among
        them the target runs alone. Their split markers become tags of the target.
      elsewhere: part to the files of `srcs` whose tests of that part other targets run.
      markers: which marks mean what: `serial`, `group` or `split` to a list of marks. By
        default `serial`, `xdist_group` and none. A split marker sets tests apart, so that
        its tag selects them.
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
    runs = [REST] if runs == None else runs
    markers = DEFAULT_MARKERS | markers
    tags = tags + tags_of(runs)
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
        errors = _errors(dist, serial_scope, shard_count),
        exact = exact_tags(runs, markers, tags),
        markers = markers,
        runs = runs,
        tags = ["manual"],
        test = name,
        visibility = ["//visibility:private"],
    )
    bytecode = name + ".bytecode"
    deps = deps + [_RUNTIME]
    xdist_bytecode(
        name = bytecode,
        testonly = True,
        srcs = srcs,
        tags = ["manual"],
        visibility = ["//visibility:private"],
        deps = deps,
    )
    if SERIAL in tags_of(runs):
        tags = tags + serial_tags(serial_scope)
        exec_properties = serial_exec_properties() | exec_properties
    py_test(
        name = name,
        # The order of a set of strings must be the same in all shards, or they would
        # not agree on the tests.
        env = {
            "PYTHONHASHSEED": "0",
            "RULES_XDIST_BYTECODE": "$(rootpath :{})".format(bytecode),
            "RULES_XDIST_SELECTION": "$(rootpath :{})".format(selection),
        } | env,
        srcs = srcs + [_MAIN],
        data = data + [bytecode, selection] + ([config] if config else []),
        deps = deps,
        exec_properties = exec_properties,
        # Added __init__.py files would change the modules' names and with them which
        # conftest.py and which relative import pytest finds.
        legacy_create_init = 0,
        main = _MAIN,
        shard_count = shard_count,
        tags = {tag: None for tag in tags}.keys(),
        **kwargs
    )
