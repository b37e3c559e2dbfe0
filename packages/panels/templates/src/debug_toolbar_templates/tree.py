"""The tree: a record's renders as they were nested, those of one template beside each other counted together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from debug_toolbar_core import Record, Span
from debug_toolbar_templates.rendering import PANEL

_DEEPEST = 50


@dataclass(slots=True)
class Node:
    """Renders of one template, for one reason, inside one other; `spans` with their places in the record."""

    name: str
    kind: str
    depth: int
    spans: list[tuple[int, Span]] = field(default_factory=list)
    inner: list[Node] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds in all, with what was rendered inside."""
        return sum(span.duration for _, span in self.spans)

    @property
    def own(self) -> float:
        """Seconds without what was rendered inside."""
        return max(0.0, self.seconds - sum(node.seconds for node in self.inner))

    @property
    def failed(self) -> Span | None:
        """The first render that raised."""
        return next((span for _, span in self.spans if text(span, "error.type")), None)

    def walk(self) -> Iterator[Node]:
        """Yield this node and those inside it, as an outline."""
        yield self
        for node in self.inner:
            yield from node.walk()


def text(span: Span, name: str) -> str:
    """Return an attribute that is text, or none."""
    value = span.attributes.get(name)
    return value if type(value) is str else ""


def tree(record: Record) -> list[Node]:
    """Return a record's renders, outermost first."""
    spans = [(index, span) for index, span in enumerate(record.spans) if span.panel == PANEL]
    ours = {id(span) for _, span in spans}
    inside: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    for index, span in spans:
        inside[_around(span, ours)].append((index, span))
    return _grouped(inside, inside[0], 0)


def _around(span: Span, ours: set[int]) -> int:
    """Return the render around a span; spans of other panels may stand between."""
    parent, steps = span.parent, 0
    while parent is not None and id(parent) not in ours and steps < _DEEPEST:
        parent, steps = parent.parent, steps + 1
    return id(parent) if parent is not None and id(parent) in ours else 0


def _grouped(inside: dict[int, list[tuple[int, Span]]], spans: Sequence[tuple[int, Span]], depth: int) -> list[Node]:
    nodes: dict[tuple[str, str], Node] = {}
    for index, span in spans:
        kind = text(span, "template.kind")
        node = nodes.setdefault((span.name, kind), Node(span.name, kind, depth))
        node.spans.append((index, span))
    for node in nodes.values():
        below = [pair for _, span in node.spans for pair in inside.get(id(span), ())]
        if below and depth < _DEEPEST:
            node.inner = _grouped(inside, below, depth + 1)
    return list(nodes.values())
