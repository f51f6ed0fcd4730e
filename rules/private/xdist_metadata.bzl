"""xdist_metadata: a distribution's metadata, for tests of the project that it is made from."""

load("@rules_python//python:defs.bzl", "py_library")

def _xdist_dist_info_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add(folder.path)
    args.add(ctx.attr.distribution)
    args.add(ctx.attr.version)
    args.add_all(ctx.files.srcs)
    ctx.actions.run(
        outputs = [folder],
        inputs = ctx.files.srcs,
        executable = ctx.executable._writer,
        arguments = [args],
        # As tests have it: a Python that is not of the build is found by PATH.
        use_default_shell_env = True,
        mnemonic = "PyXdistMetadata",
        progress_message = "Writing the metadata of %{label}",
    )
    return [DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles([folder]),
    )]

_xdist_dist_info = rule(
    implementation = _xdist_dist_info_impl,
    doc = "A folder with NAME-VERSION.dist-info in it.",
    attrs = {
        "distribution": attr.string(
            doc = "The distribution's name.",
        ),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "The files that say it.",
        ),
        "version": attr.string(
            doc = "The distribution's version.",
        ),
        "_writer": attr.label(
            cfg = "target",
            default = Label("//rules/metadata:xdist_metadata"),
            doc = "What writes it, under the Python of the tests.",
            executable = True,
        ),
    },
)

def xdist_metadata(name, srcs, distribution = "", version = "", **kwargs):
    """Puts a distribution's metadata on sys.path: what depends on it finds its name,
    version and entry points by `importlib.metadata`, as if it were installed.

    Args:
      name: the target's name.
      srcs: `pyproject.toml`, `setup.cfg` and `setup.py` of the project, as far as there are
        any. What they compute is not known.
      distribution: the distribution's name, by default what the files say.
      version: its version, by default what the files say, or 0.0.0.
      **kwargs: `visibility`, `tags` and so on, as usual.
    """
    folder = name + ".dist"
    _xdist_dist_info(
        name = folder,
        srcs = srcs,
        distribution = distribution,
        version = version,
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    py_library(
        name = name,
        data = [folder],
        imports = [folder],
        **kwargs
    )
