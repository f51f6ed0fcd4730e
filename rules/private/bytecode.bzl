"""xdist_bytecode: compiles a test's sources, and its libraries, by actions of their own.

A library is compiled once for all tests that use it. The compiler is a program of the
target configuration: it runs under the very Python that the tests run under.
"""

_Bytecode = provider(
    doc = "The archives of a library and of all that it depends on.",
    fields = {"archives": "depset of files"},
)

_COMPILER = {
    "_compiler": attr.label(
        cfg = "target",
        default = Label("//rules/pytest_plugin:xdist_compile"),
        doc = "What compiles, under the Python of the tests.",
        executable = True,
    ),
    "_enabled": attr.label(
        default = Label("//rules:bytecode"),
        doc = "Whether anything is compiled.",
    ),
}

BytecodeSettingInfo = provider(
    doc = "The value of the flag //rules:bytecode.",
    fields = {"enabled": "bool"},
)

bytecode_setting = rule(
    implementation = lambda ctx: BytecodeSettingInfo(enabled = ctx.build_setting_value),
    build_setting = config.bool(flag = True),
    doc = "A flag that says whether tests start with bytecode that actions made.",
)

def _runfile(file):
    path = file.short_path
    return path[3:] if path.startswith("../") else "_main/" + path

def _plain(file):
    # pytest rewrites every conftest.py, wherever it is.
    kind = "rewritten" if file.basename == "conftest.py" else "plain"
    return "\t".join([kind, file.path, _runfile(file)])

def _rewritten(file):
    return "\t".join(["rewritten", file.path, _runfile(file)])

def _compile(ctx, sources, describe):
    """Declares the archive of some sources; returns a list of it, or of nothing."""
    sources = [file for file in sources if file.extension == "py"]
    if not sources or not ctx.attr._enabled[BytecodeSettingInfo].enabled:
        return []
    archive = ctx.actions.declare_file(ctx.label.name + ".pycs")
    args = ctx.actions.args()
    args.add(archive)
    args.add_all(sources, map_each = describe)
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    ctx.actions.run(
        outputs = [archive],
        inputs = sources,
        executable = ctx.executable._compiler,
        arguments = [args],
        # As tests have it: a Python that is not of the build is found by PATH.
        use_default_shell_env = True,
        env = {"PYTHONHASHSEED": "0"},
        mnemonic = "PyXdistCompile",
        progress_message = "Compiling the Python sources of %{label}",
    )
    return [archive]

def _archives_of(deps):
    return [dep[_Bytecode].archives for dep in deps if _Bytecode in dep]

def _library_impl(_target, ctx):
    return _Bytecode(archives = depset(
        _compile(ctx, getattr(ctx.rule.files, "srcs", []), _plain),
        transitive = _archives_of(getattr(ctx.rule.attr, "deps", [])),
    ))

_library_bytecode = aspect(
    implementation = _library_impl,
    attr_aspects = ["deps"],
    attrs = _COMPILER,
    doc = "Compiles each library that a test depends on.",
)

def _short_path(file):
    return file.short_path

def _xdist_bytecode_impl(ctx):
    archives = depset(
        _compile(ctx, ctx.files.srcs, _rewritten),
        transitive = _archives_of(ctx.attr.deps),
    )
    listed = ctx.actions.declare_file(ctx.label.name + ".list")
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.add_all(archives, map_each = _short_path)
    ctx.actions.write(listed, args)
    return DefaultInfo(
        files = depset([listed]),
        runfiles = ctx.runfiles([listed], transitive_files = archives),
    )

xdist_bytecode = rule(
    implementation = _xdist_bytecode_impl,
    doc = "The list of the archives that a test target starts with. Made by py_xdist_test.",
    attrs = _COMPILER | {
        "deps": attr.label_list(
            aspects = [_library_bytecode],
            doc = "The test's dependencies.",
        ),
        "srcs": attr.label_list(
            allow_files = [".py"],
            doc = "The test's files.",
        ),
    },
)
