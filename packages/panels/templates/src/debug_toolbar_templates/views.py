"""Views: the templates of a record as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.blocks import Badge, Block, Code, Column, Fact, Facts, Notice, Row, Table, Timeline, Tree
from debug_toolbar_core.units import seconds
from debug_toolbar_templates.rendering import PANEL
from debug_toolbar_templates.tree import Node, text, tree

_COLUMNS = (Column("Template", "code"), Column("As"), Column("Times", "count"), Column("Time", "s"),
            Column("Own", "s"), Column("Source", "source"))  # fmt: skip
_LEAST = 0.005
_MOST = 5
_WORDS = {"page": "page", "extends": "extended", "string": "string"}


def show(record: Record, slow: float, repeated: int) -> Iterable[Block]:
    """Yield a badge, the notices, the headline facts, the tree of renders and their timeline."""
    roots = tree(record)
    past = [fold for fold in record.folded.values() if fold.panel == PANEL]
    more = sum(fold.count for fold in past)
    if not roots and not more:
        return
    nodes = [node for root in roots for node in root.walk()]
    notices = [*failures(nodes), *slow_ones(nodes, slow), *loops(nodes, slow, repeated), *compiled(nodes)]
    whole = sum(root.seconds for root in roots)
    renders = sum(len(node.spans) for node in nodes if node.kind != "compile") + more
    yield _badge(renders, whole, notices)
    yield from notices
    if more:
        said = f"{more:,} renders are past the limit: counted, not kept."
        yield Notice("info", said, "Raise `limits.panel_spans` to keep more.", label="renders dropped")
    yield _headline(record, nodes, renders, whole)
    for node, span in innermost(nodes)[:1]:
        yield from _source(span, node.name)
    if nodes:
        yield Table(_COLUMNS, [_row(node, slow) for node in nodes], open=4)
    yield from contexts(roots)
    yield Timeline(PANEL)


def _badge(renders: int, whole: float, notices: Sequence[Notice]) -> Badge:
    levels = {notice.level for notice in notices}
    if "error" in levels:
        return Badge(str(renders), seconds(whole), "error")
    return Badge(str(renders), seconds(whole), "warning" if "warning" in levels else None)


def _headline(record: Record, nodes: Sequence[Node], renders: int, whole: float) -> Facts:
    files = {text(span, "template.name") for node in nodes for _, span in node.spans}
    items = [Fact("renders", renders, "count"), Fact("templates", len(files), "count"), Fact("rendering", whole, "s")]
    if record.duration:
        items.append(Fact("of the request", min(whole / record.duration, 1.0), "percent"))
    compiling = sum(node.seconds for node in nodes if node.kind == "compile")
    if compiling:
        items.append(Fact("compiling", compiling, "s"))
    return Facts(items, headline=True)


def _row(node: Node, slow: float) -> Row:
    index, span = node.spans[0]
    level = None
    if node.failed is not None:
        level = "error"
    elif node.own / len(node.spans) >= slow:
        level = "warning"
    kind = _WORDS.get(node.kind, node.kind)
    cells = (node.name, kind, len(node.spans), node.seconds, node.own, span.source)
    return Row(cells, level, list(_details(node)), index if len(node.spans) == 1 else None, node.depth)  # type: ignore[arg-type]  # a level


def _details(node: Node) -> Iterator[Block]:
    failed = node.failed
    if failed is not None:
        yield from broken(failed)
    if len(node.spans) > 1:
        taken = sorted(span.duration for _, span in node.spans)
        yield Facts([Fact("fastest", taken[0], "s"), Fact("median", taken[len(taken) // 2], "s"),
                     Fact("slowest", taken[-1], "s")])  # fmt: skip
    if any(span.attributes.get("template.abandoned") is True for _, span in node.spans):
        yield Facts([Fact("stream", "left before its end")])


def broken(span: Span) -> Iterator[Block]:
    """Yield the error of a render, and the lines of the template around it."""
    attributes = span.attributes
    line = attributes.get("template.line")
    error = f"{attributes.get('error.type')}: {attributes.get('error.message') or ''}".removesuffix(": ")
    facts = [Fact("error", error)]
    if type(line) is int:
        facts.append(Fact("line", line, "count"))
    yield Facts(facts)
    yield from _source(span, None)


def _source(span: Span, title: str | None) -> Iterator[Block]:
    """Yield the lines of a template around the one that raised."""
    source, line, start = (span.attributes.get(f"template.{name}") for name in ("source", "line", "source.start"))
    if type(source) is str and type(start) is int:
        yield Code(source, "html", start, line if type(line) is int else None, title=title)


def innermost(nodes: Sequence[Node]) -> list[tuple[Node, Span]]:
    """Return the renders that raised, but for those that only had one inside them that did."""
    failed = [(node, span) for node in nodes if (span := node.failed) is not None]
    return [pair for pair in failed if not any(inner.failed for inner in pair[0].inner)]


def failures(nodes: Sequence[Node]) -> Iterator[Notice]:
    """Yield a notice for each render that raised, by the innermost template."""
    for node, span in innermost(nodes)[:_MOST]:
        line = span.attributes.get("template.line")
        where = f" in line {line}" if type(line) is int else ""
        doing = "could not be compiled" if node.kind == "compile" else "failed"
        hint = f"{text(span, 'error.type')}: {text(span, 'error.message')}".removesuffix(": ")
        place = span.source
        if place is not None and type(line) is int:
            place = Source(place.file, line, place.function)
        yield Notice("error", f"`{node.name}` {doing}{where}", hint, place, "failed template")


def slow_ones(nodes: Sequence[Node], slow: float) -> Iterator[Notice]:
    """Yield a notice for each template that took long by itself."""
    found = [node for node in nodes if node.kind != "compile" and node.own / len(node.spans) >= slow]
    for node in sorted(found, key=lambda node: node.own, reverse=True)[:_MOST]:
        times = "" if len(node.spans) == 1 else f" in {len(node.spans)} renders"
        hint = "Without what it includes. Work in a template is best done before it is rendered."
        yield Notice("warning", f"`{node.name}` took {seconds(node.own)} of its own{times}", hint,
                     node.spans[0][1].source, "slow template")  # fmt: skip


def loops(nodes: Sequence[Node], slow: float, repeated: int) -> Iterator[Notice]:
    """Yield a notice for each template that was rendered again and again inside one render of another."""
    pairs = [(node, inner) for node in nodes for inner in node.inner if inner.kind == "include"]
    found = [inner for node, inner in pairs if len(inner.spans) >= repeated * len(node.spans)]
    for node in sorted(found, key=lambda node: node.seconds, reverse=True)[:_MOST]:
        each = seconds(node.seconds / len(node.spans))
        yield Notice(
            "warning" if node.seconds >= slow else "info",
            f"`{node.name}` was included {len(node.spans)} times: {seconds(node.seconds)}, {each} each",
            "An include in a loop sets up a context each time: a macro, or the loop inside the template, is cheaper.",
            node.spans[0][1].source, "include in a loop",
        )  # fmt: skip


def compiled(nodes: Sequence[Node]) -> Iterator[Notice]:
    """Yield a notice where compiling, and not rendering, took the time."""
    found = [node for node in nodes if node.kind == "compile"]
    total = sum(node.seconds for node in found)
    count = sum(len(node.spans) for node in found)
    if total < _LEAST:
        return
    templates = "One template was" if count == 1 else f"{count} templates were"
    hint = "A template is compiled when it is first used, or was changed. One from a string is compiled each time."
    yield Notice("info", f"{templates} compiled for this request: {seconds(total)}", hint, label="compiled")


def contexts(roots: Sequence[Node]) -> Iterator[Block]:
    """Yield what each page was given."""
    for root in roots[:_MOST]:
        _, span = root.spans[0]
        names, values = (span.attributes.get(f"template.{what}") for what in ("context", "values"))
        if isinstance(values, dict):
            yield Tree(values, f"{root.name}: context")
        elif isinstance(names, dict):
            yield Tree(names, f"{root.name}: context, by type")
