"""Stacks: call stacks folded to a tree while they are taken, so that a long request needs no more room."""

from __future__ import annotations

from collections.abc import Iterable
from types import CodeType
from typing import NamedTuple


class Named(NamedTuple):
    """A function that another profiler told of: its name, file, and first line."""

    name: str
    file: str
    line: int


class Count(NamedTuple):
    """A function's calls, exactly, and its seconds by itself and with all it called."""

    calls: int
    own: float
    total: float


Function = CodeType | Named | str
"""A function by its code or as another profiler names it, or what is no function: `child tasks`, `asyncio.Future`."""
ROOT = 0
_MOST = 6_000


class Stacks:
    """A tree of prefixes: each node is a function called from its parent; the root is nobody's code.

    Code is known by its identity, which the nodes keep from being used again: its own hash is made anew each time, of
    all that is in it.
    """

    __slots__ = ("_children", "cut", "most", "nodes")

    def __init__(self, most: int = _MOST) -> None:
        self.nodes: list[tuple[int, Function]] = [(ROOT, "")]
        self.most = most
        self.cut = 0
        """How many stacks were cut because the tree was full."""
        self._children: dict[tuple[int, int | Function], int] = {}

    def node(self, stack: Iterable[Function], under: int = ROOT) -> int:
        """Return the node of a stack, outermost function first; once the tree is full, of what is known of it."""
        children, node = self._children, under
        for function in stack:
            key = (node, id(function) if type(function) is CodeType else function)
            found = children.get(key)
            if found is None:
                if len(self.nodes) >= self.most:
                    self.cut += 1
                    return node
                found = children[key] = len(self.nodes)
                self.nodes.append((node, function))
            node = found
        return node

    def path(self, node: int) -> list[Function]:
        """Return the stack of a node, outermost function first."""
        found: list[Function] = []
        while node != ROOT:
            node, function = self.nodes[node]
            found.append(function)
        found.reverse()
        return found
