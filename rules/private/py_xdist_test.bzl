"""py_xdist_test: a py_test whose shards run pytest's tests as pytest-xdist would."""

load("@rules_python//python:defs.bzl", "py_test")
load("@rules_xdist_settings//:settings.bzl", "PRECOMPILES")
load(":bytecode.bzl", "xdist_bytecode")
load(":each.bzl", "each_errors", "environments", "suite_of")
load(":exec_properties.bzl", "with_test_properties")
load(":markers.bzl", "DEFAULT_MARKERS", "exact_tags", "tags_of")
load(":network.bzl", "network_exec_properties")
load(":parts.bzl", "DIST_MODES", "REST", "SERIAL")
load(":selection.bzl", "xdist_selection")
load(":serial.bzl", "SERIAL_SCOPES", "serial_exec_properties", "serial_tags")
load(":weights.bzl", "sound_weights", "weights_errors")

_MAIN = Label("//rules/pytest_plugin:xdist_main.py")
_RUNTIME = Label("//rules/pytest_plugin:runtime")

def _errors(dist, serial_scope):
    return [
        "{} = {}: must be one of {}".format(attribute, repr(value), ", ".join(values))
        for attribute, value, values in [
            ("dist", dist, DIST_MODES),
            ("serial_scope", serial_scope, SERIAL_SCOPES),
        ]
        if value not in values
    ]

def _errors_of_processes(dist, runs, how):
    """What is wrong with how many processes a target runs in."""
    errors = []
    shard_count = how.get("shard_count")
    workers = how.get("workers", 1)
    if dist == "no" and type(shard_count) == "int" and shard_count > 1:
        errors.append("shard_count = {}: dist = \"no\" runs in one process".format(shard_count))
    if type(workers) != "int" or workers < 1:
        errors.append("workers = {}: must be a number from 1".format(repr(workers)))
    elif workers > 1 and dist == "no":
        errors.append("workers = {}: dist = \"no\" runs in one process".format(workers))
    elif workers > 1 and SERIAL in tags_of(runs):
        errors.append("workers = {}: its serial tests run alone".format(workers))
    return errors

def _workspace_path(label):
    label = native.package_relative_label(label)
    return label.package + "/" + label.name if label.package else label.name

def _root():
    """The folder of this repository in the runfiles, from the main one's, where Bazel starts tests."""
    name = native.package_relative_label(":all").repo_name
    return "../" + name if name else ""

def _nodeid(name):
    """The node id of what a person names by a file of `srcs`."""
    file, separator, address = name.partition("::")
    return _workspace_path(file) + separator + address

def _for_env(file):
    """The path of a file of this package; $(rootpath) would quote an odd one for a shell."""
    path = _workspace_path(":" + file).replace("$", "$$")
    return _root() + "/" + path if _root() else path

def _env(selection, bytecode, how):
    """The environment of the tests: what the runner is to know, then a person's."""
    env = {
        # Bazel's test-setup.sh makes TEST_TMPDIR of it, as it does where there is none,
        # on a cluster: no test may depend on a person's home.
        "HOME": "",
        # The order of a set of strings must be the same in all shards, or they would
        # not agree on the tests.
        "PYTHONHASHSEED": "0",
        "RULES_XDIST_BYTECODE": _for_env(bytecode + ".list"),
        "RULES_XDIST_SELECTION": _for_env(selection + ".json"),
    }
    if _root():
        env["RULES_XDIST_ROOT"] = _root()
    if how.get("boxed"):
        env["RULES_XDIST_BOXED"] = "1"
    if how.get("workers", 1) != 1:
        env["RULES_XDIST_WORKERS"] = str(how["workers"])
    return env | how.get("env", {})

def _tags(runs, serial_scope, how):
    tags = how.get("tags", []) + tags_of(runs)
    if SERIAL in tags_of(runs):
        tags = tags + serial_tags(serial_scope)
    if how.get("workers", 1) != 1:
        # Bazel keeps as many of this machine's processors free for it.
        tags = tags + ["cpu:{}".format(how["workers"])]
    return {tag: None for tag in tags}.keys()

def _exec_properties(runs, tags, how):
    """What a person wrote, and what takes the test to the workers that it needs."""
    properties = network_exec_properties(tags)
    if SERIAL in tags_of(runs):
        properties = properties | serial_exec_properties()
    return with_test_properties(properties, how.get("exec_properties", {}))

def _split(srcs):
    """The Python files of `srcs`, which py_test takes as such, and the others."""
    if type(srcs) != "list":
        return srcs, []
    names = {src: str(src).rpartition(":")[2].rpartition("/")[2] for src in srcs}
    others = [src for src, name in names.items() if "." in name and not name.endswith(".py")]
    return [src for src in srcs if src not in others], others

def _test(name, selection, tags, how):
    """One py_test; `how` is what its declaration says, but for what it runs."""
    attrs = {key: value for key, value in how.items() if key not in ["boxed", "workers"]}
    attrs["deps"] = attrs.get("deps", []) + [_RUNTIME]
    attrs["srcs"], others = _split(attrs["srcs"])
    bytecode = name + ".bytecode"
    xdist_bytecode(
        name = bytecode,
        testonly = True,
        srcs = attrs["srcs"],
        tags = ["manual"],
        visibility = ["//visibility:private"],
        deps = attrs["deps"],
    )
    attrs["data"] = attrs.get("data", []) + others + [bytecode, selection]
    attrs["env"] = _env(selection, bytecode, how)
    attrs["srcs"] = attrs["srcs"] + [_MAIN]
    attrs["tags"] = tags
    if PRECOMPILES:
        # It would declare an action for each source, whose output is one for all targets of
        # this source. They differ as soon as the targets' tags or execution properties do,
        # which Bazel does not allow. Our own actions compile.
        attrs.setdefault("precompile", "disabled")
    py_test(
        name = name,
        # Added __init__.py files would change the modules' names and with them which
        # conftest.py and which relative import pytest finds.
        legacy_create_init = 0,
        main = _MAIN,
        **attrs
    )

def _with_config(data, config):
    """The configuration file is data, whether or not it is listed there as well."""
    if not config:
        return data
    if type(data) == type([]):
        label = native.package_relative_label(config)
        data = [each for each in data if native.package_relative_label(each) != label]
    return data + [config]

def py_xdist_test(
        name,
        srcs,
        dist = "loadgroup",
        runs = None,
        elsewhere = {},
        markers = {},
        config = None,
        doctests = False,
        serial_scope = "host",
        shard_count = None,
        boxed = False,
        workers = 1,
        each = {},
        weights = {},
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
    parts in `runs`; with `other_groups` among them also the groups of its files that no
    target names. A test of another part fails the target by name, unless
    `elsewhere` says that another target runs it: nothing is lost.

    Args:
      name: the target's name.
      srcs: test files, also such that a hook of a `conftest.py` collects. `conftest.py` and
        `__init__.py` among them are not collected.
      dist: what a shard never splits, as pytest-xdist's `--dist`: `load` a test,
        `loadscope` a class or module, `loadfile` a file, `loadgroup` a group, `no`
        everything.
      runs: parts that this target runs, by default `["rest"]`. With `serial` among
        them the target runs alone. Their split markers become tags of the target.
      elsewhere: part to the files of `srcs` whose tests of that part other targets run.
      markers: which marks mean what: `serial`, `group` or `split` to a list of marks. By
        default `serial`, `xdist_group` and none. A split marker sets tests apart, so that
        its tag selects them.
      config: pytest's configuration file (`pytest.ini`, `pyproject.toml`, ...). If all test
        files are in its folder or below, pytest starts there, else in the workspace's root.
      doctests: whether of `srcs`, any modules and text files, the doctests alone are run.
      serial_scope: where a target with serial tests is alone. `host`: no other test of
        the build runs on its host meanwhile; `build`: none runs anywhere.
      shard_count: into how many shards its units are spread.
      boxed: whether each test runs in a process of its own, so that what it leaves behind
        or does to its process reaches no other.
      workers: into how many processes, of pytest-xdist, a shard spreads its units. Needs
        pytest-xdist among the dependencies.
      each: environments, each of which runs all tests: name to a dict of attributes. The
        target is then a suite of `name` + `_` + ENVIRONMENT, one for each.
      weights: how much tests count when shards are filled, for those that do not count 1:
        a file of `srcs`, `FILE::CLASS` or `FILE::TEST` to a power of two from 1 to 1024.
      tags: as of py_test.
      env: as of py_test.
      data: as of py_test.
      deps: as of py_test.
      exec_properties: as of py_test.
      **kwargs: further arguments of py_test. `args` are pytest's.
    """
    runs = [REST] if runs == None else runs
    markers = DEFAULT_MARKERS | markers
    common = kwargs | dict(
        boxed = boxed,
        data = _with_config(data, config),
        deps = deps,
        env = env,
        exec_properties = exec_properties,
        shard_count = shard_count,
        srcs = srcs,
        tags = tags,
        workers = workers,
    )
    tests = environments(name, each, common)
    errors = _errors(dist, serial_scope) + each_errors(each) + weights_errors(weights)
    for how in tests.values():
        errors = errors + [error for error in _errors_of_processes(dist, runs, how) if error not in errors]
    tags_of_tests = {test: _tags(runs, serial_scope, how) for test, how in tests.items()}
    selection = name + ".selection"

    # One for all environments: to the census they are one target, since they cannot
    # differ in which tests they run.
    xdist_selection(
        name = selection,
        testonly = True,
        srcs = srcs,
        config = config,
        dist = dist,
        doctests = doctests,
        elsewhere = {
            part: [_workspace_path(file) for file in files]
            for part, files in elsewhere.items()
        },
        errors = errors,
        exact = [
            mark
            for mark in exact_tags(runs, markers, tags_of_tests.values()[0])
            if not [1 for tags in tags_of_tests.values() if mark not in exact_tags(runs, markers, tags)]
        ],
        markers = markers,
        runs = runs,
        tags = ["manual"],
        test = name,
        visibility = ["//visibility:private"],
        weights = sound_weights(weights, _nodeid),
    )
    for test, how in tests.items():
        tags = tags_of_tests[test]
        _test(test, selection, tags, how | {"exec_properties": _exec_properties(runs, tags, how)})
    if each:
        suite = suite_of(tags_of_tests)
        native.test_suite(
            name = name,
            tags = suite.tags,
            tests = suite.tests,
            visibility = kwargs.get("visibility"),
        )
