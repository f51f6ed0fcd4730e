"""What --test_filter says: an expression as of pytest's -k, or a list of node ids. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A node id begins with the path of a Python file; so commas within a test's parameters
# separate nothing, unless such a path follows.
_NODE_ID = r"[^\s,\[\]:]+\.py(?=::|,|$)"


@dataclass(frozen=True)
class Filter:
    """Which tests a person asked for. At most one of the two is set."""

    expression: str = ""
    nodeids: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Filter:
        text = text.strip()
        if not re.match(_NODE_ID, text):
            return cls(expression=text)
        parts = re.split(rf",\s*(?={_NODE_ID})", text)
        return cls(nodeids=tuple(part.strip().removesuffix(",") for part in parts))

    def __str__(self) -> str:
        return self.expression or ",".join(self.nodeids)

    def takes(self, nodeid: str) -> bool:
        """Whether the node ids ask for a test; an expression is pytest's to apply."""
        return not self.nodeids or any(_covers(each, nodeid) for each in self.nodeids)


def _covers(asked: str, nodeid: str) -> bool:
    """Whether a test is the one asked for, or in the file, class or function."""
    if not nodeid.startswith(asked):
        # As pytest started in a folder below would call it.
        _, found, below = nodeid.partition("/")
        return found != "" and _covers(asked, below)
    rest = nodeid[len(asked) :]
    return rest == "" or rest.startswith(("::", "["))


def both(one: str, other: str) -> str:
    """The expression of -k that asks for what two such expressions ask for."""
    return f"({one}) and ({other})" if one and other else one or other
