"""xdist_package: the test files and test targets of a package, for the census."""

load(":selection.bzl", "XdistSelectionInfo")

XdistPackageInfo = provider(
    doc = "Test files and test targets of a package. Names only, never contents.",
    fields = {
        "files": "list of strings: test files on disk, relative to the workspace",
        "selections": "list of XdistSelectionInfo: of the package's test targets",
    },
)

def _xdist_package_impl(ctx):
    prefix = ctx.label.package + "/" if ctx.label.package else ""
    return [XdistPackageInfo(
        files = [prefix + file for file in ctx.attr.files],
        selections = [target[XdistSelectionInfo] for target in ctx.attr.selections],
    )]

_xdist_package = rule(
    implementation = _xdist_package_impl,
    doc = "Collects the names of a package's test files and the selections of its test targets.",
    attrs = {
        "files": attr.string_list(
            doc = "Test files, relative to the package.",
        ),
        "selections": attr.label_list(
            doc = "The selections of the package's test targets.",
            providers = [XdistSelectionInfo],
        ),
    },
)

# Folders that pytest does not enter by default (norecursedirs), and the two modules that
# it loads by themselves. Gazelle leaves out the same; where pytest's configuration has it
# enter such a folder, it makes packages there.
_NEVER_TESTS = [
    "**/{}/**".format(folder)
    for folder in [".*", "*.egg", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"]
] + ["**/__init__.py", "**/conftest.py"]

def _folders():
    """The folders in this one that are no packages. `glob` finds none without the files."""
    files = {file: None for file in native.glob(["*"], allow_empty = True)}

    # What bazel-out and bazel-bin in the root lead to are the outputs of all builds, and an
    # exclude only filters what glob found in them.
    entries = native.glob(
        ["*"],
        allow_empty = True,
        exclude = ["bazel-*"],
        exclude_directories = 0,
    )
    return [entry for entry in entries if entry not in files]

def _test_files(patterns, exclude):
    # A pattern below a file finds nothing, and in a large repository costs as much as
    # loading all else: hence the folders alone.
    return native.glob(
        patterns + [
            "{}/**/{}".format(folder, pattern)
            for folder in _folders()
            for pattern in patterns
        ],
        allow_empty = True,
        exclude = exclude + _NEVER_TESTS,
    )

def xdist_package(
        name,
        tests = [],
        shared = [],
        patterns = ["test_*.py", "*_test.py"],
        exclude = [],
        visibility = ["//visibility:public"]):
    """Tells the census of a package's test files and test targets.

    The files are those on disk while the BUILD file is loaded, in this package and in
    the folders below that are no package: so a test file that was added without a
    target is seen.

    Args:
      name: the target's name.
      tests: the `py_xdist_test` targets of this package.
      shared: files that targets of other packages name.
      patterns: names of test files, as glob patterns.
      exclude: glob patterns of files that are no tests of this repository.
      visibility: as usual.
    """
    _xdist_package(
        name = name,
        testonly = True,
        files = _test_files(patterns, exclude),
        selections = [test + ".selection" for test in tests],
        tags = ["manual"],
        visibility = visibility,
    )
    if shared:
        native.exports_files(shared, visibility = ["//visibility:public"])
