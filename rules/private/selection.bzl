"""Which tests of which files a target runs, as a provider and as a file."""

load(":parts.bzl", "DIST_MODES", "is_part")

XdistSelectionInfo = provider(
    doc = "Which tests of which files a test target runs. Names only, never contents.",
    fields = {
        "target": "string: the label of the test target, as a person writes it",
        "dist": "string: the distribution mode",
        "files": "list of strings: its test files, relative to the workspace, sorted",
        "runs": "list of strings: the parts of these files' tests that it runs",
        "elsewhere": "dict of part to list of files: parts that other targets run",
        "config": "string: pytest's configuration file, relative to the workspace, or empty",
    },
)

def selection_as_dict(selection):
    """The selection as the test runner and `xdist verify` read it.

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
        "config": selection.config,
    }

def _is_test_file(file):
    # Support files may stand in srcs too; pytest loads these two by itself.
    return file.basename not in ["conftest.py", "__init__.py"]

def _label_of_test(ctx):
    label = ctx.label
    return "//{}:{}".format(label.package, ctx.attr.test)

def _check(ctx, files):
    errors = []
    for part in ctx.attr.runs + ctx.attr.elsewhere.keys():
        if not is_part(part):
            errors.append("part {}: must be rest, serial or group:NAME".format(repr(part)))
    if not ctx.attr.runs:
        errors.append("runs: is empty, so the target would run nothing")
    for part, others in ctx.attr.elsewhere.items():
        if part in ctx.attr.runs:
            errors.append("part {}: stands both in runs and in elsewhere".format(repr(part)))
        for other in others:
            if other not in files:
                errors.append("elsewhere[{}]: {} is not in srcs".format(repr(part), other))
    if errors:
        fail("{}:\n  {}".format(_label_of_test(ctx), "\n  ".join(errors)))

def _xdist_selection_impl(ctx):
    files = sorted([f.short_path for f in ctx.files.srcs if _is_test_file(f)])
    _check(ctx, files)
    selection = XdistSelectionInfo(
        target = _label_of_test(ctx),
        dist = ctx.attr.dist,
        files = files,
        runs = ctx.attr.runs,
        elsewhere = ctx.attr.elsewhere,
        config = ctx.file.config.short_path if ctx.file.config else "",
    )
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(out, json.encode_indent(selection_as_dict(selection), indent = "  ") + "\n")
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
            values = DIST_MODES,
        ),
        "elsewhere": attr.string_list_dict(
            doc = "Part to the files, relative to the workspace, whose tests of that part other targets run.",
        ),
        "runs": attr.string_list(
            doc = "The parts that the target runs.",
            mandatory = True,
        ),
        "srcs": attr.label_list(
            allow_files = [".py"],
            doc = "The test files.",
            mandatory = True,
        ),
        "test": attr.string(
            doc = "The name of the test target in this package.",
            mandatory = True,
        ),
    },
)
