"""Settings that macros see at loading time.

Tags cannot be selected by configuration, so a macro that chooses tags must know
the choice while BUILD files are loaded. Repository rules run before that and may
read `--repo_env`, which makes one setting for the whole build possible:

    common:remote --repo_env=RULES_XDIST_SERIAL=pool
"""

_RULES_PYTHON_FEATURES = Label("@rules_python//python:features.bzl")

SERIAL_MODES = ["exclusive", "pool"]

def _settings_repository_impl(repository_ctx):
    serial = repository_ctx.getenv("RULES_XDIST_SERIAL") or "exclusive"
    if serial not in SERIAL_MODES:
        fail("--repo_env=RULES_XDIST_SERIAL={}: must be one of {}".format(serial, ", ".join(SERIAL_MODES)))
    repository_ctx.file("BUILD.bazel", "")
    repository_ctx.file("settings.bzl", _precompiles(repository_ctx) + "SERIAL = {}\n".format(repr(serial)))

def _precompiles(repository_ctx):
    """What says whether rules_python's py_test knows the attribute `precompile`."""

    # Old versions, which do not, lack the file that newer ones say it in.
    if not repository_ctx.path(_RULES_PYTHON_FEATURES).exists:
        return "PRECOMPILES = False\n"
    return "load({}, \"features\")\nPRECOMPILES = getattr(features, \"precompile\", False)\n".format(repr(str(_RULES_PYTHON_FEATURES)))

_settings_repository = repository_rule(
    implementation = _settings_repository_impl,
    doc = "A repository whose settings.bzl holds the settings as constants.",
)

def _xdist_settings_impl(module_ctx):
    _settings_repository(name = "rules_xdist_settings")

    # The repository reads the environment, the extension does not: nothing of it need be
    # in a lock file.
    return module_ctx.extension_metadata(reproducible = True)

xdist_settings = module_extension(
    implementation = _xdist_settings_impl,
    doc = "Makes the settings of the build's environment visible to macros.",
)
