"""go_xdist_test: a go_test whose shards take whole units of the package's tests."""

load("@rules_go//go:def.bzl", "GoInfo", "go_test")
load(":exec_properties.bzl", "with_test_properties")
load(":network.bzl", "network_exec_properties")
load(":parts.bzl", "DIST_MODES", "REST", "SERIAL")
load(":serial.bzl", "SERIAL_SCOPES", "serial_exec_properties", "serial_tags")
load(":weights.bzl", "sound_weights", "weights_errors")

def _is_go(file):
    return file.extension == "go"

def _marks_impl(ctx):
    sources = [file for file in ctx.files.srcs if _is_go(file)]

    # A library that is embedded may have tests too; its other sources have none.
    for library in ctx.attr.embed:
        sources += [file for file in library[GoInfo].srcs if file.basename.endswith("_test.go")]
    marks = ctx.actions.declare_file(ctx.label.name + ".json")
    args = ctx.actions.args()
    args.add(marks)
    args.add_all(sources)
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    ctx.actions.run(
        outputs = [marks],
        inputs = sources,
        executable = ctx.executable._go_marks,
        arguments = [args],
        mnemonic = "GoXdistMarks",
        progress_message = "Reading the marks of the tests of %{label}",
    )
    return [DefaultInfo(files = depset([marks]))]

_go_marks = rule(
    implementation = _marks_impl,
    doc = "Reads the //xdist: comments of a package's tests into a manifest.",
    attrs = {
        "embed": attr.label_list(
            doc = "Libraries whose tests belong to the package.",
            providers = [GoInfo],
        ),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "The package's test sources.",
        ),
        "_go_marks": attr.label(
            cfg = "exec",
            default = Label("//rules/go_marks"),
            executable = True,
        ),
    },
)

def _test_impl(ctx):
    selection = ctx.actions.declare_file(ctx.label.name + ".selection.json")
    ctx.actions.write(selection, json.encode_indent({
        "binary": ctx.executable.binary.short_path,
        "dist": ctx.attr.dist,
        "elsewhere": ctx.attr.elsewhere,
        "marks": ctx.file.marks.short_path,
        "runs": ctx.attr.runs,
        "target": "//{}:{}".format(ctx.label.package, ctx.label.name),
        "weights": {test: int(weight) for test, weight in ctx.attr.weights.items()},
    }, indent = "  ") + "\n")
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = executable,
        is_executable = True,
        target_file = ctx.executable._runner,
    )
    runfiles = ctx.runfiles([selection, ctx.file.marks, ctx.executable.binary]).merge_all([
        ctx.attr.binary[DefaultInfo].default_runfiles,
        ctx.attr._runner[DefaultInfo].default_runfiles,
    ])
    environment = ctx.attr.binary[RunEnvironmentInfo]
    return [
        DefaultInfo(executable = executable, runfiles = runfiles),
        RunEnvironmentInfo(
            environment = environment.environment | {"RULES_XDIST_SELECTION": selection.short_path},
            inherited_environment = environment.inherited_environment,
        ),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["binary"]),
    ]

_go_xdist_test = rule(
    implementation = _test_impl,
    doc = "Runs parts of the tests of a compiled test binary. Made by the macro go_xdist_test.",
    attrs = {
        "binary": attr.label(
            cfg = "target",
            doc = "The go_test.",
            executable = True,
            mandatory = True,
        ),
        "data": attr.label_list(
            allow_files = True,
            doc = "Files that `args` may name; the binary brings them along.",
        ),
        "dist": attr.string(
            doc = "The distribution mode.",
            mandatory = True,
            values = DIST_MODES,
        ),
        "elsewhere": attr.string_list(
            doc = "The parts that another target runs.",
        ),
        "marks": attr.label(
            allow_single_file = True,
            doc = "The manifest of the tests' marks.",
            mandatory = True,
        ),
        "runs": attr.string_list(
            doc = "The parts that this target runs.",
            mandatory = True,
        ),
        "weights": attr.string_dict(
            doc = "Test to its weight, for tests that do not weigh 1.",
        ),
        # As in go_test: the tools that `bazel coverage` needs, where tests run.
        "_collect_cc_coverage": attr.label(
            cfg = config.exec(exec_group = "test"),
            default = "@bazel_tools//tools/test:collect_cc_coverage",
        ),
        "_lcov_merger": attr.label(
            cfg = config.exec(exec_group = "test"),
            default = configuration_field(fragment = "coverage", name = "output_generator"),
        ),
        "_runner": attr.label(
            cfg = "target",
            default = Label("//rules/go_runner"),
            executable = True,
        ),
    },
    test = True,
)

# Attributes of every test rule; all others are go_test's.
_OF_THE_TEST = ["args", "flaky", "local", "size", "timeout"]
_OF_BOTH = [
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "features",
    "restricted_to",
    "target_compatible_with",
    "testonly",
]

def go_xdist_test(
        name,
        srcs = [],
        embed = [],
        dist = "loadgroup",
        serial = False,
        serial_scope = "host",
        shard_count = None,
        weights = {},
        tags = [],
        data = [],
        exec_properties = {},
        visibility = None,
        **kwargs):
    """A go_test whose shards take whole units of the package's tests.

    Comments directly above a test function mark it: `//xdist:serial`, `//xdist:group NAME`
    and `//xdist:scope [NAME]`. All tests that are not serial are run by the target `name`;
    the serial ones by the target `name` + `_serial`, alone. Both run the same binary,
    `name` + `.binary`.

    Args:
      name: the target's name.
      srcs: as of go_test.
      embed: as of go_test.
      dist: what a shard never splits: `load` a top-level test, `loadgroup` a group,
        `loadscope` a scope, `loadfile` a file, `no` everything.
      serial: whether the package has serial tests, so that the target `name` + `_serial`
        is made. Without it a serial test fails the target `name`.
      serial_scope: where the serial target is alone. `host`: no other test of the build
        runs on its host meanwhile; `build`: none runs anywhere.
      shard_count: into how many shards the tests that are not serial are spread.
      weights: how much tests count when shards are filled, for those that do not count 1:
        the name of a test to a power of two from 1 to 1024.
      tags: as of go_test.
      data: as of go_test.
      exec_properties: as of go_test.
      visibility: as of go_test.
      **kwargs: further arguments of go_test.
    """
    if serial_scope not in SERIAL_SCOPES:
        fail("go_xdist_test {}: serial_scope = {}: must be one of {}".format(repr(name), repr(serial_scope), ", ".join(SERIAL_SCOPES)))
    if dist == "no" and type(shard_count) == "int" and shard_count > 1:
        fail("go_xdist_test {}: shard_count = {}: dist = \"no\" runs in one process".format(repr(name), shard_count))
    errors = weights_errors(weights)
    if errors:
        fail("go_xdist_test {}: {}".format(repr(name), "; ".join(errors)))
    of_test = {key: kwargs.pop(key) for key in _OF_THE_TEST if key in kwargs}
    of_both = {key: kwargs.pop(key) for key in _OF_BOTH if key in kwargs}
    go_test(
        name = name + ".binary",
        srcs = srcs,
        data = data,
        embed = embed,
        exec_properties = exec_properties,
        tags = tags + ["manual"],
        visibility = ["//visibility:private"],
        **(kwargs | of_both)
    )
    _go_marks(
        name = name + ".marks",
        testonly = True,
        srcs = srcs,
        embed = embed,
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    properties = network_exec_properties(tags)
    common = of_test | of_both | dict(
        binary = name + ".binary",
        data = data,
        dist = dist,
        marks = name + ".marks",
        visibility = visibility,
    )
    _go_xdist_test(
        name = name,
        elsewhere = [SERIAL] if serial else [],
        exec_properties = with_test_properties(properties, exec_properties),
        runs = [REST],
        shard_count = shard_count,
        tags = tags,
        weights = sound_weights(weights),
        **common
    )
    if serial:
        _go_xdist_test(
            name = name + "_serial",
            elsewhere = [REST],
            exec_properties = with_test_properties(properties | serial_exec_properties(), exec_properties),
            runs = [SERIAL],
            tags = tags + serial_tags(serial_scope),
            **common
        )
