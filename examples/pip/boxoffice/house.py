"""A house's plan: which rows it has, and what their seats cost."""

import dataclasses
import importlib.resources

import yaml


@dataclasses.dataclass(frozen=True)
class House:
    """Seats by their names, such as B7, and their prices in cents."""

    prices: dict[str, int]


def load(name: str) -> House:
    """Reads a plan that comes with this package."""
    text = (
        importlib.resources.files("boxoffice")
        .joinpath("plans", f"{name}.yaml")
        .read_text()
    )
    rows = yaml.safe_load(text)["rows"]
    return House(
        {
            f"{row}{n}": of["price"]
            for row, of in rows.items()
            for n in range(1, of["seats"] + 1)
        }
    )
