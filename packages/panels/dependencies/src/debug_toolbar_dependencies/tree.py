"""Tree: what a record says of its handlers' dependencies, put together again from its spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_dependencies.resolutions import PANEL


@dataclass
class Node:
    """One dependency, the clean-up of one, or the handler that needs all; `index` is its span's in the record."""

    index: int
    span: Span
    needs: list[Node] = field(default_factory=list)
    clean_up: Node | None = None

    def fact(self, name: str) -> Any:
        """Return an attribute of its span, or None."""
        return self.span.attributes.get(name)

    def text(self, name: str) -> str | None:
        """Return an attribute that is a text, or None."""
        value = self.fact(name)
        return value if type(value) is str and value else None

    def seconds(self, name: str) -> float | None:
        """Return an attribute that is a number of seconds, or None."""
        value = self.fact(name)
        return float(value) if type(value) in (int, float) else None

    @property
    def name(self) -> str:
        """What it is called in the tree: a handler by its function."""
        if self.is_clean_up:
            return "clean-up"
        return self.span.name.removeprefix("dependencies of ") if self.is_handler else self.span.name

    @property
    def is_handler(self) -> bool:
        """Whether it is the handler, and no dependency."""
        return bool(self.fact("dependency.kind") == "handler")

    @property
    def is_clean_up(self) -> bool:
        """Whether it is what a dependency does at the end."""
        return "dependency.of" in self.span.attributes

    @property
    def total(self) -> float | None:
        """Seconds until it was there, with all that it needed."""
        return None if self.span.end is None else self.span.duration

    @property
    def own(self) -> float | None:
        """Seconds of its own code alone; None when it was not called, or is not done."""
        if self.is_clean_up:
            return self.total
        called, end = self.seconds("dependency.called"), self.span.end
        return None if called is None or end is None else max(end - called, 0.0)

    @property
    def cleaning(self) -> float | None:
        """Seconds of its clean-up, or None when there was none."""
        return None if self.clean_up is None else self.clean_up.total

    @property
    def reused(self) -> list[str]:
        """What it needs besides, that was resolved before."""
        named = self.fact("dependency.reused")
        return [str(name) for name in named] if isinstance(named, list) else []

    @property
    def threaded(self) -> bool:
        """Whether its code ran in a thread of the pool."""
        if self.fact("dependency.cached") is True:
            return False
        return self.fact("dependency.thread") is True or self.seconds("thread.waited") is not None


def trees(record: Record) -> list[Node]:
    """Return the handlers of a record with their dependencies beneath; usually it is one."""
    nodes: dict[int, Node] = {}
    cleaning: list[Node] = []
    for index, span in enumerate(record.spans):
        if span.panel != PANEL:
            continue
        node = Node(index, span)
        if node.is_clean_up:
            cleaning.append(node)
        else:
            nodes[id(span)] = node
    by_id = {found: node for node in nodes.values() if type(found := node.fact("dependency.id")) is int}
    for node in cleaning:
        of = node.fact("dependency.of")
        if type(of) is int and of in by_id:
            by_id[of].clean_up = node
    return _joined(nodes)


def _joined(nodes: dict[int, Node]) -> list[Node]:
    roots: list[Node] = []
    for node in nodes.values():
        above = _above(node.span, nodes)
        (roots if above is None else above.needs).append(node)
    for node in nodes.values():
        node.needs.sort(key=lambda needed: needed.span.start)
    return roots


def _above(span: Span, nodes: dict[int, Node]) -> Node | None:
    """Find what needs a dependency; spans of others may lie between."""
    around = span.parent
    for _ in range(1_000):
        if around is None or id(around) in nodes:
            break
        around = around.parent
    return None if around is None else nodes.get(id(around))


def walk(nodes: Sequence[Node], depth: int = 0) -> Iterator[tuple[int, Node | str]]:
    """Yield an outline with its depths: under each node its needs, the names of what it reuses, its clean-up."""
    waiting: list[tuple[int, Node | str]] = [(depth, node) for node in reversed(nodes)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        if isinstance(node, Node):
            waiting.extend((depth + 1, done) for done in (node.clean_up,) if done is not None)
            waiting.extend((depth + 1, name) for name in reversed(node.reused))
            waiting.extend((depth + 1, needed) for needed in reversed(node.needs))
