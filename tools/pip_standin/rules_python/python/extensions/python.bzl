"""A stand-in: whatever toolchain is asked for, it is the machine's python3."""

load("@rules_python//python/extensions/private:interpreter_hub.bzl", "hub_repo")

def _python_impl(_module_ctx):
    hub_repo(name = "pythons_hub", toolchains = [])

python = module_extension(
    implementation = _python_impl,
    tag_classes = {
        "toolchain": tag_class(attrs = {
            "is_default": attr.bool(),
            "python_version": attr.string(),
        }),
    },
)
