"""xdist_census_test: fails when a test would be lost, run twice, or torn from its group."""

load(":census.bzl", "census_errors")
load(":selection.bzl", "selection_as_dict")
load(":xdist_package.bzl", "XdistPackageInfo")

_SCRIPT = """#!/bin/sh
cat <<'END_OF_CENSUS'
{report}
END_OF_CENSUS
exit {status}
"""

def _report(errors, files, selections):
    if errors:
        return "census: {} found\n  {}".format(len(errors), "\n  ".join(errors))
    return "census: {} test files, {} targets: each test in exactly one".format(len(files), len(selections))

def _xdist_census_test_impl(ctx):
    packages = [package[XdistPackageInfo] for package in ctx.attr.packages]
    files = sorted([file for package in packages for file in package.files])
    selections = [selection for package in packages for selection in package.selections]
    errors = census_errors(files, selections) + [
        "left_out[{}]: must have the reason why no target runs these tests".format(repr(pattern))
        for pattern, reason in sorted(ctx.attr.left_out.items())
        if not reason.strip()
    ]
    data = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(data, json.encode_indent({
        "errors": errors,
        "files": files,
        "left_out": ctx.attr.left_out,
        "root": ctx.label.package,
        "selections": [selection_as_dict(selection) for selection in selections],
    }, indent = "  ") + "\n")
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        _SCRIPT.format(report = _report(errors, files, selections), status = 1 if errors else 0),
        is_executable = True,
    )
    return [DefaultInfo(executable = script, files = depset([script, data]))]

xdist_census_test = rule(
    implementation = _xdist_census_test_impl,
    doc = """Compares the test files on disk with the test targets of a test root.

Its inputs are names and selections, so it runs again only when the structure changes.
Its output `<name>.json` is what `xdist verify` compares with pytest's own collection.""",
    attrs = {
        "left_out": attr.string_dict(
            doc = """Tests that no target is meant to run, to the reason. A test is named by its node id, or by the path of
its file or a folder; `*` is any text. `xdist verify` says which of them leave out nothing any more.""",
        ),
        "packages": attr.label_list(
            doc = "The xdist_package of each package below the test root.",
            providers = [XdistPackageInfo],
        ),
    },
    test = True,
)
