"""Views: the dependencies of a record's handler as a tree table, and what is worth acting on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Level, Row, Table
from debug_toolbar_dependencies.notices import answered, notices
from debug_toolbar_dependencies.resolutions import PANEL
from debug_toolbar_dependencies.tree import Node, trees, walk

_COLUMNS = (
    Column("Dependency", "code"), Column("Own", "s"), Column("Total", "s"), Column("Clean-up", "s"),
    Column("Runs in"), Column("Note"), Column("Source", "source"),
)  # fmt: skip
_WORDS = {
    "reused": "cached: resolved above",
    "invalid": "not called: parameters are not valid",
    "not called": "not called",
}


def show(record: Record, slow: float) -> Iterable[Block]:
    """Yield a badge, what is worth a notice, the sums, and the tree."""
    roots = trees(record)
    resolved = [node for _, node in walk(roots) if isinstance(node, Node) and not node.is_handler]
    if not roots:
        return
    told = list(notices(resolved, slow))
    seconds = _total(roots)
    yield Badge(str(len(resolved)), _duration(seconds))
    yield from told
    yield Facts(list(_headline(record, roots, resolved)), headline=True)
    yield Table(_COLUMNS, list(_rows(roots)))
    past = sum(fold.count for fold in record.folded.values() if fold.panel == PANEL)
    if past:
        yield Facts([Fact("past the limit, counted only", past, "count")])


def _duration(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"


def _total(roots: Sequence[Node]) -> float:
    return sum(root.total or 0.0 for root in roots)


def _headline(record: Record, roots: Sequence[Node], resolved: Sequence[Node]) -> Iterable[Fact]:
    yield Fact("dependencies" if len(resolved) != 1 else "dependency", len(resolved), "count")
    seconds = _total(roots)
    yield Fact("until all were there", seconds, "s", "With what they need and their parameters' validation.")
    cleaning = [node.cleaning for node in resolved if node.cleaning is not None]
    if cleaning:
        yield Fact("clean-up", sum(cleaning), "s")
    if record.duration:
        yield Fact("of the request", min((seconds + sum(cleaning)) / record.duration, 1.0), "percent")


def _rows(roots: Sequence[Node]) -> Iterable[Row]:
    for depth, node in walk(roots):
        if isinstance(node, Node):
            yield _row(node, depth)
        else:
            yield Row((node, None, None, None, None, _WORDS["reused"], None), depth=depth)


def _row(node: Node, depth: int) -> Row:
    runs = None if node.is_handler or node.own is None else "thread" if node.threaded else "loop"
    cells = (node.name, node.own, node.total, node.cleaning, runs, _note(node), node.span.source)
    return Row(cells, _level(node), [Facts(list(_facts(node)))], node.index, depth)


def _level(node: Node) -> Level | None:
    broken = [span for span in (node.span, node.clean_up) if span is not None and "error.type" in span.attributes]
    if not broken:
        return None
    return "info" if all(answered(span) for span in broken) else "error"


def _note(node: Node) -> str | None:
    error = node.text("error.type")
    if error is not None:
        status = node.fact("http.response.status_code")
        return f"{error} {status}" if type(status) is int else error
    if node.clean_up is not None and "error.type" in node.clean_up.attributes:
        return f"{node.clean_up.attributes['error.type']} in the clean-up"
    if node.fact("dependency.cached") is True:
        return "kept from an earlier request"
    if node.text("dependency.overrides") is not None:
        return "override"
    outcome = node.text("dependency.outcome")
    return None if outcome is None else _WORDS.get(outcome, outcome)


def _facts(node: Node) -> Iterable[Fact]:
    yield Fact("callable", node.text("code.function.name"), "code")
    for label, name in (
        ("as", "dependency.name"), ("kind", "dependency.kind"), ("overrides", "dependency.overrides"),
        ("scope", "dependency.scope"), ("error", "error.message"),
    ):  # fmt: skip
        value = node.text(name)
        if value is not None and value != "handler":
            yield Fact(label, value, "code" if name.startswith("dependency.") and label != "kind" else None)
    for label, name in (("waited for a thread", "thread.waited"), ("worked in it", "thread.worked")):
        seconds = node.seconds(name)
        if seconds is not None:
            yield Fact(label, seconds, "s")
    if node.clean_up is not None:
        yield Fact("clean-up began at", node.clean_up.start, "s")
        if "error.message" in node.clean_up.attributes:
            yield Fact("error in the clean-up", str(node.clean_up.attributes["error.message"]))
