"""Views: the log lines of a record as blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from debug_toolbar_core import Record, Span
from debug_toolbar_core.blocks import Badge, Block, Code, Column, Level, Notice, Row, Table, Tree
from debug_toolbar_logging.lines import LEVELS, PANEL

_NUMBERS = {name: number for number, name in LEVELS.items()}
_LEVELS: dict[str, Level] = {"WARNING": "warning", "ERROR": "error", "CRITICAL": "error"}
_KINDS = 5
_COLUMNS = (Column("At", "s"), Column("Level", "level"), Column("Logger", "code"), Column("Message"),
            Column("Source", "source"))  # fmt: skip


def show(record: Record) -> Iterable[Block]:
    """Yield a badge, a notice for each kind of error, and the table of lines."""
    spans = [(index, span) for index, span in enumerate(record.spans) if span.panel == PANEL]
    counts = Counter(_name(span) for _, span in spans)
    past = {fold.name: fold.count for fold in record.folded.values() if fold.panel == PANEL}
    counts.update(past)
    if counts:
        yield _badge(counts)
        yield from _notices([span for _, span in spans])
        if past:
            yield _dropped(past, len(spans))
        yield Table(_COLUMNS, [_row(index, span) for index, span in spans])


def _name(span: Span) -> str:
    return str(span.attributes.get("level", "INFO"))


def level_of(name: str) -> Level | None:
    """Return a level's severity; a level of the application's own has none."""
    return _LEVELS.get(name)


def _badge(counts: Counter[str]) -> Badge:
    errors = sum(count for name, count in counts.items() if level_of(name) == "error")
    warnings = counts["WARNING"]
    if errors:
        return Badge(str(counts.total()), _plural(errors, "error"), "error")
    if warnings:
        return Badge(str(counts.total()), _plural(warnings, "warning"), "warning")
    return Badge(str(counts.total()))


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _notices(spans: Sequence[Span]) -> Iterable[Notice]:
    """Yield one notice for each place that logged an error; what one line of code says is one kind."""
    kinds: dict[object, list[Span]] = {}
    for span in spans:
        if level_of(_name(span)) == "error":
            kinds.setdefault((span.source or span.attributes.get("logger"), _name(span)), []).append(span)
    for same in list(kinds.values())[:_KINDS]:
        span = same[0]
        times = "" if len(same) == 1 else f" ({len(same)} times)"
        hint = f"Logged by `{span.attributes.get('logger')}` as {_name(span)}."
        yield Notice("error", f"{span.name}{times}", hint, span.source, "error logged")
    if len(kinds) > _KINDS:
        yield Notice("error", f"{_plural(len(kinds) - _KINDS, 'more place')} logged errors", label="error logged")


def _dropped(past: dict[str, int], kept: int) -> Notice:
    names = sorted(past, key=lambda name: -_NUMBERS.get(name, 0))
    said = ", ".join(f"{past[name]:,} {name}" for name in names)
    text = f"{_plural(sum(past.values()), 'line')} past the limit: counted, not kept ({said}); {kept:,} are below."
    return Notice("info", text, "A loop that logs? Raise `limits.panel_spans` to keep more.", label="log lines dropped")


def _row(index: int, span: Span) -> Row:
    attributes = span.attributes
    details: list[Block] = []
    if "message" in attributes:
        details.append(Code(str(attributes["message"]), "text"))
    if attributes.get("extra"):
        details.append(Tree(attributes["extra"], "extra"))
    if "exception.stacktrace" in attributes:
        details.append(Code(str(attributes["exception.stacktrace"]), "text", title="Traceback"))
    name = _name(span)
    logger = attributes.get("logger")
    return Row((span.start, name, logger, span.name, span.source), level_of(name), details, index)
