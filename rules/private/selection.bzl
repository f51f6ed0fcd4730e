"""Which tests of which files a target runs, as a provider and as a file."""

load(":markers.bzl", "markers_errors")
load(":parts.bzl", "part_error")

XdistSelectionInfo = provider(
    doc = "Which tests of which files a test target runs. Names only, never contents.",
    fields = {
        "target": "string: the label of the test target, as a person writes it",
        "dist": "string: the distribution mode",
        "files": "list of strings: its test files, relative to the workspace, sorted",
        "runs": "list of strings: the parts of these files' tests that it runs",
        "elsewhere": "dict of part to list of files: parts that other targets run",
        "markers": "dict of meaning (group, serial, split) to list of strings: the marks that have it, sorted",
        "config": "string: pytest's configuration file, relative to the workspace, or empty",
        "doctests": "bool: whether of the files the doctests alone are tests",
        "root": "string: the folder in which pytest starts, relative to the workspace, or empty for its root",
    },
)

def selection_as_dict(selection):
    """The selection as the test runner and `xdist verify` read it, but for weights.

    Args:
      selection: an XdistSelectionInfo.

    Returns:
      A dict that can be encoded as JSON.
    """
    return {
        "target": selection.target,
        "dist": selection.dist,
        "files": selection.files,
        "runs": selection.runs,
        "elsewhere": selection.elsewhere,
        "markers": selection.markers,
        "config": selection.config,
    } | ({"doctests": True} if selection.doctests else {}) | ({"root": selection.root} if selection.root else {})

def _is_test_file(file):
    # Support files may stand in srcs too; pytest loads these two by itself.
    return file.basename not in ["conftest.py", "__init__.py"]

def _path(ctx, file):
    """The path of a file in its repository, which for tests of another one is not the main one."""
    return file.short_path.removeprefix("../{}/".format(ctx.label.repo_name))

def _label_of_test(ctx):
    label = ctx.label
    return "//{}:{}".format(label.package, ctx.attr.test)

def root_of(config, files):
    """The folder in which pytest starts: where a project's people do.

    Args:
      config: the path of pytest's configuration file, or empty.
      files: the paths of the test files.

    Returns:
      The configuration's folder, if all test files are in it or below; else empty, which
      is the workspace's root.
    """
    folder = config.rpartition("/")[0]
    outside = [file for file in files if not file.startswith(folder + "/")]
    return "" if outside else folder

def _errors(ctx, files):
    errors = ctx.attr.errors + markers_errors(ctx.attr.markers)
    for name in ctx.attr.weights:
        file = name.split("::")[0]
        if file not in files:
            errors.append("weights[{}]: {} is not in srcs".format(repr(name), file))
    for part in ctx.attr.runs + ctx.attr.elsewhere.keys():
        error = part_error(part, ctx.attr.markers.get("split", []))
        if error:
            errors.append("part {}: {}".format(repr(part), error))
    if not ctx.attr.runs:
        errors.append("runs: is empty, so the target would run nothing")
    for part, others in ctx.attr.elsewhere.items():
        if part in ctx.attr.runs:
            errors.append("part {}: stands both in runs and in elsewhere".format(repr(part)))
        for other in others:
            if other not in files:
                errors.append("elsewhere[{}]: {} is not in srcs".format(repr(part), other))
    return errors

def _xdist_selection_impl(ctx):
    files = sorted([_path(ctx, f) for f in ctx.files.srcs if ctx.attr.doctests or _is_test_file(f)])
    errors = _errors(ctx, files)
    if errors:
        fail("{}:\n  {}".format(_label_of_test(ctx), "\n  ".join(errors)))
    config = _path(ctx, ctx.file.config) if ctx.file.config else ""
    selection = XdistSelectionInfo(
        target = _label_of_test(ctx),
        dist = ctx.attr.dist,
        files = files,
        runs = ctx.attr.runs,
        elsewhere = ctx.attr.elsewhere,
        markers = {meaning: sorted(names) for meaning, names in ctx.attr.markers.items()},
        config = config,
        doctests = ctx.attr.doctests,
        root = root_of(config, files),
    )
    out = ctx.actions.declare_file(ctx.label.name + ".json")

    # Weights are the shards' alone: the census need not run again when they change.
    weights = {name: int(weight) for name, weight in ctx.attr.weights.items()}
    content = selection_as_dict(selection) | {"weights": weights}
    ctx.actions.write(out, json.encode_indent(content, indent = "  ") + "\n")
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out])),
        selection,
    ]

xdist_selection = rule(
    implementation = _xdist_selection_impl,
    doc = "Writes the selection of a test target. Made by py_xdist_test, not by hand.",
    attrs = {
        "config": attr.label(
            allow_single_file = True,
            doc = "pytest's configuration file.",
        ),
        "dist": attr.string(
            doc = "The distribution mode.",
            mandatory = True,
        ),
        "doctests": attr.bool(
            doc = "Whether of the files the doctests alone are tests.",
        ),
        "elsewhere": attr.string_list_dict(
            doc = "Part to the files, relative to the workspace, whose tests of that part other targets run.",
        ),
        "errors": attr.string_list(
            doc = "What the macro found wrong, to be reported with the rest and not for one target after the other.",
        ),
        "exact": attr.string_list(
            doc = "`MARK=TAG` for each mark that the target's tags tell of. `xdist -m` asks for it by query.",
        ),
        "markers": attr.string_list_dict(
            doc = "Meaning to the marks that have it.",
            mandatory = True,
        ),
        "runs": attr.string_list(
            doc = "The parts that the target runs.",
            mandatory = True,
        ),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "The test files.",
            mandatory = True,
        ),
        "test": attr.string(
            doc = "The name of the test target in this package.",
            mandatory = True,
        ),
        "weights": attr.string_dict(
            doc = "Node id, of tests or of what they are in, to the weight of each of these tests.",
        ),
    },
)
