"""What a project's files say of the distribution that is made from it, as metadata that
`importlib.metadata` finds on sys.path. No build back end runs: a version that one makes
up, of the tags in a repository for example, is not known.
"""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNKNOWN_VERSION = "0.0.0"


@dataclass
class Distribution:
    """Empty fields are not known."""

    name: str = ""
    version: str = ""
    summary: str = ""
    requires_python: str = ""
    dependencies: list[str] = field(default_factory=list)
    # By group: "name = module:object".
    entry_points: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, other: Distribution) -> None:
        """Takes what is not known from another one."""
        for name, value in vars(other).items():
            if not getattr(self, name):
                setattr(self, name, value)

    def write(self, folder: Path) -> None:
        """Writes NAME-VERSION.dist-info into a folder."""
        name = re.sub(r"[-_.]+", "_", self.name).lower()
        info = folder / f"{name}-{self.version or UNKNOWN_VERSION}.dist-info"
        info.mkdir(parents=True)
        lines = "".join(f"{line}\n" for line in self._metadata())
        (info / "METADATA").write_text(lines, encoding="utf-8")
        groups = "".join(
            "\n".join([f"[{group}]", *points, "\n"])
            for group, points in sorted(self.entry_points.items())
        )
        (info / "entry_points.txt").write_text(groups, encoding="utf-8")

    def _metadata(self) -> Iterator[str]:
        yield "Metadata-Version: 2.1"
        yield f"Name: {self.name}"
        yield f"Version: {self.version or UNKNOWN_VERSION}"
        if self.summary:
            yield f"Summary: {' '.join(self.summary.split())}"
        if self.requires_python:
            yield f"Requires-Python: {self.requires_python}"
        for dependency in self.dependencies:
            yield f"Requires-Dist: {dependency}"


def read(files: Iterable[Path]) -> Distribution:
    """What pyproject.toml, setup.cfg and setup.py say, the first before the others."""
    readers = {
        "pyproject.toml": from_pyproject,
        "setup.cfg": from_setup_cfg,
        "setup.py": from_setup_py,
    }
    by_name = {file.name: file for file in files}
    found = Distribution()
    for name, reader in readers.items():
        if name in by_name:
            found.fill(reader(by_name[name].read_text(encoding="utf-8")))
    return found


def from_pyproject(text: str) -> Distribution:
    table = _toml().loads(text)
    project = table.get("project", {})
    poetry = table.get("tool", {}).get("poetry", {})
    points = {
        "console_scripts": project.get("scripts") or poetry.get("scripts"),
        "gui_scripts": project.get("gui-scripts"),
        **poetry.get("plugins", {}),
        **project.get("entry-points", {}),
    }
    return Distribution(
        name=project.get("name") or poetry.get("name", ""),
        version=project.get("version") or poetry.get("version", ""),
        summary=project.get("description") or poetry.get("description", ""),
        requires_python=project.get("requires-python", ""),
        dependencies=project.get("dependencies", []),
        entry_points={
            group: [f"{name} = {point}" for name, point in of_group.items()]
            for group, of_group in points.items()
            if of_group
        },
    )


def _toml() -> Any:
    # Python has a reader since 3.11; pytest brings one where it has none.
    try:
        import tomllib
    except ModuleNotFoundError:
        import tomli as tomllib  # type: ignore[no-redef]
    return tomllib


def from_setup_cfg(text: str) -> Distribution:
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), strict=False
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)

    def get(section: str, option: str) -> str:
        value = parser.get(section, option, fallback="").strip()
        return "" if value.startswith(("attr:", "file:")) else value

    points = "options.entry_points"
    return Distribution(
        name=get("metadata", "name"),
        version=get("metadata", "version"),
        summary=get("metadata", "description"),
        requires_python=get("options", "python_requires"),
        dependencies=_lines(get("options", "install_requires")),
        entry_points={
            group: _lines(value)
            for group, value in (parser[points] if points in parser else {}).items()
        },
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def from_setup_py(text: str) -> Distribution:
    """What the call of `setup` says by literals and names of them."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Distribution()  # of an older Python
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == "setup":
            keywords = {each.arg: each.value for each in node.keywords}
            return _of_setup(
                {name: _value(keywords, name, constants) for name in _KEYS}
            )
    return Distribution()


_KEYS = {
    "name": str,
    "version": str,
    "description": str,
    "python_requires": str,
    "install_requires": list,
    "entry_points": dict,
}


def _last_name(callee: ast.expr) -> str:
    return getattr(callee, "attr", "") or getattr(callee, "id", "")


def _value(
    keywords: Mapping[Any, ast.expr], name: str, constants: Mapping[str, ast.expr]
) -> Any:
    """A keyword argument's value, or nothing of its type."""
    node = keywords.get(name)
    if isinstance(node, ast.Name):
        node = constants.get(node.id)
    kind = _KEYS[name]
    try:
        value = ast.literal_eval(node) if node else kind()
    except (TypeError, ValueError):
        return kind()
    return value if isinstance(value, kind) else kind()


def _of_setup(values: Mapping[str, Any]) -> Distribution:
    return Distribution(
        name=values["name"],
        version=values["version"],
        summary=values["description"],
        requires_python=values["python_requires"],
        dependencies=values["install_requires"],
        entry_points={
            group: _lines(points) if isinstance(points, str) else list(points)
            for group, points in values["entry_points"].items()
        },
    )
