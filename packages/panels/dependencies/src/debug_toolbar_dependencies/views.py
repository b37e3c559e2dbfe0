"""Views: the dependencies of a record's handler as a tree table, and what is worth acting on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Level, Row, Table
from debug_toolbar_dependencies.notices import answered, notices
from debug_toolbar_dependencies.resolutions import PANEL
from debug_toolbar_dependencies.tree import Node, trees, walk

_COLUMNS = (Column("Dependency", "code"), Column("Own", "s"), Column("Total", "s"), Column("Ran"))
_WORTH_TELLING = 0.001
_WORDS = {
    "reused": "cached: resolved above",
    "invalid": "not called: parameters are not valid",
    "not called": "not called",
}


def show(record: Record, slow: float) -> Iterable[Block]:
    """Yield a badge, what is worth a notice, the sums, and the tree."""
    roots = trees(record)
    resolved = [
        node for _, node in walk(roots) if isinstance(node, Node) and not node.is_handler and not node.is_clean_up
    ]
    if not roots:
        return
    told = list(notices(resolved, slow))
    seconds = _total(roots)
    yield Badge(str(len(resolved)), f"{seconds * 1e3:.0f} ms" if seconds >= _WORTH_TELLING else None)
    yield from told
    yield Facts(list(_headline(record, roots, resolved)), headline=True)
    yield Table(_COLUMNS, list(_rows(record, roots)))
    past = sum(fold.count for fold in record.folded.values() if fold.panel == PANEL)
    if past:
        yield Facts([Fact("past the limit, counted only", past, "count")])


def _total(roots: Sequence[Node]) -> float:
    return sum(root.total or 0.0 for root in roots)


def _headline(record: Record, roots: Sequence[Node], resolved: Sequence[Node]) -> Iterable[Fact]:
    yield Fact("dependencies" if len(resolved) != 1 else "dependency", len(resolved), "count")
    seconds = _total(roots)
    yield Fact("until all were there", seconds, "s")
    cleaning = [node.cleaning for node in resolved if node.cleaning is not None]
    if cleaning:
        yield Fact("clean-up", sum(cleaning), "s")
    if record.duration:
        yield Fact("of the request", min((seconds + sum(cleaning)) / record.duration, 1.0), "percent")


def _rows(record: Record, roots: Sequence[Node]) -> Iterable[Row]:
    for depth, node in walk(roots):
        if isinstance(node, Node):
            yield _row(record, node, depth)
        else:
            yield Row((node, None, None, _WORDS["reused"]), depth=depth)


def _row(record: Record, node: Node, depth: int) -> Row:
    said = ", ".join(word for word in (_where(record, node), _note(node)) if word is not None)
    total = None if node.is_clean_up else node.total
    cells = (node.name, node.own, total, said or None)
    return Row(cells, _level(node), [Facts(list(_facts(node)))], node.index, depth)


def _where(record: Record, node: Node) -> str | None:
    if node.is_clean_up:
        sent = None if record.response is None else record.response.started
        return "after the response" if sent is not None and node.span.start >= sent else "before the response"
    if node.is_handler or node.own is None:
        return None
    return "thread" if node.threaded else "loop"


def _level(node: Node) -> Level | None:
    if "error.type" not in node.span.attributes:
        return None
    return "info" if answered(node.span) else "error"


def _note(node: Node) -> str | None:
    error = node.text("error.type")
    if error is not None:
        status = node.fact("http.response.status_code")
        return f"{error} {status}" if type(status) is int else error
    if node.fact("dependency.cached") is True:
        return "kept from an earlier request"
    if node.text("dependency.overrides") is not None:
        return "override"
    outcome = node.text("dependency.outcome")
    return None if outcome is None else _WORDS.get(outcome, outcome)


def _facts(node: Node) -> Iterable[Fact]:
    if node.text("code.function.name") is not None:
        yield Fact("callable", node.text("code.function.name"), "code")
    if node.span.source is not None:
        yield Fact("source", node.span.source, "source")
    for label, name in (
        ("as", "dependency.name"), ("kind", "dependency.kind"), ("overrides", "dependency.overrides"),
        ("scope", "dependency.scope"), ("error", "error.message"),
    ):  # fmt: skip
        value = node.text(name)
        if value is not None and value != "handler":
            yield Fact(label, value, "code" if name.startswith("dependency.") and label != "kind" else None)
    for label, name in (
        ("called at", "dependency.called"), ("waited for a thread", "thread.waited"), ("worked in it", "thread.worked"),
    ):  # fmt: skip
        seconds = node.seconds(name)
        if seconds is not None:
            yield Fact(label, seconds, "s")
