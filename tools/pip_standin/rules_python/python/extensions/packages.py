"""packages.py LOCK: makes a Bazel repository of a lock file's wheels, in the current folder."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

BUILD = """load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = "{name}",
    srcs = glob(["site-packages/**/*.py"]),
    data = glob(["site-packages/**"], exclude = ["**/*.py", "**/* *"]),
    imports = ["site-packages"],
    visibility = ["//visibility:public"],
    deps = {deps},
)
"""
NEED = re.compile(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", re.MULTILINE)


def spelt(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def main() -> None:
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    pip = [sys.executable, "-m", "pip", "download", *options, "--dest=wheels"]
    subprocess.run([*pip, f"--requirement={sys.argv[1]}"], check=True)
    needs: dict[str, set[str]] = {}
    for wheel in sorted(Path("wheels").iterdir()):
        name = spelt(wheel.name.split("-")[0])
        site = Path(name, "site-packages")
        zipfile.ZipFile(wheel).extractall(site)
        metadata = next(site.glob("*.dist-info/METADATA")).read_text(encoding="utf-8")
        needs[name] = {spelt(need) for need in NEED.findall(metadata)}
    for name, of in needs.items():
        # The others are for other machines.
        deps = [f"//{need}" for need in sorted(of & needs.keys())]
        Path(name, "BUILD.bazel").write_text(BUILD.format(name=name, deps=deps))
    Path("BUILD.bazel").touch()
    Path("requirements.bzl").write_text("all_whl_requirements = []\n")


if __name__ == "__main__":
    main()
