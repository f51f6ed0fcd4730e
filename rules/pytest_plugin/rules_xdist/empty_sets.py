"""pytest's hook for tests that got no parameters: an error, unless the suite asks for it.

A plain pytest skips such a test. Here the usual cause is a file that is no input of the
target: what parametrize makes of a folder's files would be lost without a word.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Generator, Iterator
from textwrap import dedent

import pytest

_OPTION = "empty_parameter_set_mark"
# How the reason begins that pytest gives to the skip.
_REASON = "got empty parameter set"


class EmptySetsPlugin:
    """Fails the tests of a target that would be skipped because they have no parameters.

    Not those of a suite that says empty_parameter_set_mark, nor those whose source says
    parametrize(..., []).
    """

    def __init__(self, target: str) -> None:
        self._target = target

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        try:
            return (yield)
        except pytest.skip.Exception as skip:
            reason = str(skip.msg)
            if not reason.startswith(_REASON) or _is_meant(item):
                raise
        pytest.fail(self._explain(item, reason), pytrace=False)

    def _explain(self, item: pytest.Item, reason: str) -> str:
        lines = [
            f"{item.nodeid}: {reason}: none of its tests runs.",
            "Files that are read while tests are collected must be data of "
            f"{self._target}. Name them in its BUILD file and run Gazelle, for a folder "
            "cases:",
            "    # gazelle:xdist_data auto cases/**",
            "or, without Gazelle, in the target itself:",
            '    data = glob(["cases/**"])',
            "If the set is meant to be empty, say so in the test root's pytest "
            "configuration and run Gazelle:",
            *(f"    {line}" for line in _option(item.config)),
        ]
        return "\n".join(lines)


def _is_meant(item: pytest.Item) -> bool:
    return bool(item.config.getini(_OPTION)) or any(
        map(_has_empty_literal, _objects(item))
    )


def _objects(item: pytest.Item) -> Iterator[object]:
    """What may bear the test's parametrize: its function and its classes."""
    yield getattr(item, "function", None)
    yield from getattr(getattr(item, "cls", None), "__mro__", ())


def _has_empty_literal(decorated: object) -> bool:
    """Whether a decorator in the source is parametrize with an empty list or tuple."""
    try:
        source = inspect.getsource(decorated)  # type: ignore[arg-type]
        definition = ast.parse(dedent(source)).body[0]
    except (OSError, TypeError, SyntaxError):
        return False
    decorators = getattr(definition, "decorator_list", [])
    return any(map(_is_empty_parametrize, decorators))


def _is_empty_parametrize(decorator: ast.expr) -> bool:
    if (
        not isinstance(decorator, ast.Call)
        or not isinstance(decorator.func, ast.Attribute)
        or decorator.func.attr != "parametrize"
    ):
        return False
    values = [
        *decorator.args[1:2],
        *(word.value for word in decorator.keywords if word.arg == "argvalues"),
    ]
    return any(
        isinstance(each, (ast.List, ast.Tuple)) and not each.elts for each in values
    )


def _option(config: pytest.Config) -> list[str]:
    """The lines that say in the suite's configuration that empty sets are skipped."""
    name = config.inipath.name if config.inipath else "pytest.ini"
    if name == "pyproject.toml":
        return ["[tool.pytest.ini_options]", f'{_OPTION} = "skip"']
    if name.endswith(".toml"):
        return ["[pytest]", f'{_OPTION} = "skip"']
    section = "[tool:pytest]" if name == "setup.cfg" else "[pytest]"
    return [section, f"{_OPTION} = skip"]
