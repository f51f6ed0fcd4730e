"""A stand-in: pip.parse makes one repository, with a package for each wheel."""

def _packages_impl(repository_ctx):
    result = repository_ctx.execute([
        "python3",
        repository_ctx.path(Label("//python/extensions:packages.py")),
        repository_ctx.path(repository_ctx.attr.lock),
    ])
    if result.return_code != 0:
        fail("{}: {}".format(repository_ctx.attr.lock, result.stderr))

_packages = repository_rule(
    implementation = _packages_impl,
    attrs = {"lock": attr.label(mandatory = True)},
)

def _pip_impl(module_ctx):
    for module in module_ctx.modules:
        for parse in module.tags.parse:
            _packages(name = parse.hub_name, lock = parse.requirements_lock)

pip = module_extension(
    implementation = _pip_impl,
    tag_classes = {
        "parse": tag_class(attrs = {
            "hub_name": attr.string(mandatory = True),
            "python_version": attr.string(),
            "requirements_lock": attr.label(mandatory = True),
        }),
    },
)
