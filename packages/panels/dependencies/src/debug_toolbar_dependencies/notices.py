"""Notices: dependencies that are slow, that are resolved more than once, or whose code raised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from debug_toolbar_core import Span
from debug_toolbar_core.blocks import Notice
from debug_toolbar_dependencies.tree import Node

_MOST = 10


def notices(nodes: Sequence[Node], slow: float) -> Iterable[Notice]:
    """Yield what is worth acting on, at most ten of each kind."""
    yield from list(_errors(nodes))[:_MOST]
    yield from list(_twice(nodes))[:_MOST]
    yield from list(_slow(nodes, slow))[:_MOST]


def answered(span: Span) -> bool:
    """Tell whether an error is an answer that was meant: a refusal with a status below 500."""
    status = span.attributes.get("http.response.status_code")
    return type(status) is int and status < 500


def _errors(nodes: Sequence[Node]) -> Iterable[Notice]:
    for node in nodes:
        cleaned = None if node.clean_up is None else node.clean_up.span
        for span, where in ((node.span, ""), (cleaned, " in its clean-up")):
            if span is not None and "error.type" in span.attributes and not answered(span):
                kind, message = span.attributes["error.type"], span.attributes.get("error.message") or ""
                text = f"`{node.name}` raised `{kind}`{where}{': ' if message else ''}{message}"
                yield Notice("error", text, None, span.source, "dependency failed")


def _twice(nodes: Sequence[Node]) -> Iterable[Notice]:
    """Yield a notice for each callable whose own code ran more than once in this request."""
    same: dict[object, list[Node]] = defaultdict(list)
    for node in nodes:
        called = node.own is not None and node.fact("dependency.cached") is not True
        if called and type(node.fact("dependency.same")) is int:
            same[node.fact("dependency.same"), str(node.fact("dependency.scopes"))].append(node)
    for group in same.values():
        if len(group) > 1:
            first, *again = sorted(group, key=lambda node: node.span.start)
            saves = sum((node.own or 0.0) + (node.cleaning or 0.0) for node in again)
            names = sorted({node.name for node in group})
            if len(names) > 1:
                hint = f"It is provided under {len(names)} names ({_listed(names)}): depend on one of them."
            else:
                hint = "Without `use_cache=False` all that need it share one; where each needs its own, this is meant."
            text = f"`{first.name}` was resolved {len(group)} times in this request"
            yield Notice("warning", text, hint, first.span.source, "resolved twice", saves)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:5])


def _slow(nodes: Sequence[Node], slow: float) -> Iterable[Notice]:
    for node in nodes:
        waited, own = node.seconds("thread.waited") or 0.0, node.own or 0.0
        if waited >= slow:
            text = f"`{node.name}` waited {waited * 1e3:,.0f} ms for a thread"
            hint = "The threads of the pool were all at work: make what does not block `async def`."
            yield Notice("warning", text, hint, node.span.source, "thread pool full")
        if own - waited >= slow:
            text = f"`{node.name}` took {(own - waited) * 1e3:,.0f} ms"
            yield Notice("warning", text, None, node.span.source, "slow dependency")
        if (node.cleaning or 0.0) >= slow:
            text = f"The clean-up of `{node.name}` took {(node.cleaning or 0.0) * 1e3:,.0f} ms"
            yield Notice("warning", text, None, node.span.source, "slow dependency")
