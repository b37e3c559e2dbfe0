"""Tables: hit rates by back end and operation, and the operations one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from debug_toolbar_cache.reading import Operation, told
from debug_toolbar_core.blocks import Block, Code, Column, Fact, Facts, Level, Row, Table

_RATES = (
    Column("Cache"), Column("Operations", "count"), Column("Hits", "count"), Column("Misses", "count"),
    Column("Hit rate", "percent"), Column("Bytes", "bytes"), Column("Time", "s"),
)  # fmt: skip
_OPERATIONS = (
    Column("Operation", "code"), Column("Key", "code"), Column("Result"), Column("Bytes", "bytes"), Column("Time", "s"),
    Column("Cache"), Column("Source", "source"),
)  # fmt: skip
_CACHE = 5
"""Where the name of the cache is, which is left out where there is one."""


def rates(own: Sequence[Operation]) -> Iterator[Table]:
    """Yield the hit rates, each back end's operations below it; none where there is one row, which the sums are."""
    rows: list[Row] = []
    for backend, same in _by(own, "backend").items():
        rows.append(_rate(backend, same, 0))
        rows += [_rate(name, those, 1) for name, those in _by(same, "name").items()]
    if len(rows) > 2:  # more than one back end with one operation
        yield Table(_RATES, rows, "Hit rates")


def busy(same: Sequence[Operation]) -> float:
    """Return the seconds in which at least one of these operations ran; they are in the order of their beginnings."""
    spent = until = 0.0
    for operation in same:
        if operation.name != "message":
            end = operation.start + operation.seconds
            spent += max(end - max(operation.start, until), 0.0)
            until = max(until, end)
    return spent


def _by(found: Sequence[Operation], what: str) -> dict[str, list[Operation]]:
    groups: dict[str, list[Operation]] = {}
    for operation in found:
        groups.setdefault(getattr(operation, what), []).append(operation)
    return groups


def _rate(title: str, same: Sequence[Operation], depth: int) -> Row:
    hits, reads = sum(operation.hits for operation in same), sum(operation.reads for operation in same)
    size = sum((operation.read or 0) + (operation.written or 0) for operation in same)
    wrong = any(operation.wrong for operation in same)
    cells = (
        title, len(same), hits if reads else None, reads - hits if reads else None, hits / reads if reads else None,
        size or None, busy(same),
    )  # fmt: skip
    return Row(cells, "error" if wrong else None, depth=depth)


def table(found: Sequence[Operation]) -> Table:
    """Return the operations, what a cache did in its back end below each, and a pipeline's commands likewise."""
    inner: dict[int, list[Operation]] = {}
    for operation in found:
        if operation.parent is not None:
            inner.setdefault(operation.parent, []).append(operation)
    rows: list[Row] = []
    for operation in found:
        if operation.counted:
            rows += _rows(operation, 0)
            for one in inner.get(operation.index, ()):
                rows += _rows(one, 1)
    if len({operation.backend for operation in found}) > 1:
        return Table(_OPERATIONS, rows, "Operations", open=0)
    rows = [replace(row, cells=_without_cache(row.cells)) for row in rows]
    return Table(_without_cache(_OPERATIONS), rows, "Operations", open=0)


def _without_cache(cells: Sequence[Any]) -> tuple[Any, ...]:
    return (*cells[:_CACHE], *cells[_CACHE + 1 :])


def _rows(operation: Operation, depth: int) -> list[Row]:
    size = operation.read if operation.read is not None else operation.written
    key = operation.key or (f"{operation.batch:,} commands" if operation.batch else None)
    cells = (
        operation.name, key, result(operation), size, operation.seconds, operation.backend, operation.source,
    )  # fmt: skip
    commands = [_command(command, depth + 1) for command in operation.commands]
    return [Row(cells, _level(operation), _details(operation), operation.index, depth), *commands]


def _command(command: Any, depth: int) -> Row:
    name, keys, hits, reads, size, error = told(command)
    cells = (name, keys or None, error or _found(hits, reads), size, None, None, None)
    return Row(cells, "error" if error else None, depth=depth)


def result(operation: Operation) -> str | None:
    """Return in a word or two what came out: `hit`, `miss`, `3 of 5`, or the error."""
    if operation.error is not None:
        return "cancelled" if operation.error == "CancelledError" else operation.error
    if not operation.ended:
        return "not finished"
    return _found(operation.hits, operation.reads)


def _found(hits: int, reads: int) -> str | None:
    if not reads:
        return None
    return f"{hits:,} of {reads:,}" if reads > 1 else "hit" if hits else "miss"


def _level(operation: Operation) -> Level | None:
    return "error" if operation.wrong else None


def _details(operation: Operation) -> list[Block]:
    facts: list[Fact] = []
    if operation.namespace is not None:
        facts.append(Fact("namespace", operation.namespace, "code"))
    if operation.read is not None and operation.written is not None:
        facts += [Fact("read", operation.read, "bytes"), Fact("written", operation.written, "bytes")]
    if operation.none:
        facts.append(Fact("value", "None"))
    details: list[Block] = [Facts(facts)] if facts else []
    if operation.message:
        details.append(Code(operation.message, "text", title=operation.error))
    if len(operation.keys) > 1:
        more = operation.key_count - len(operation.keys)
        shown = "\n".join([*operation.keys, *([f"… ({more:,} more)"] if more > 0 else [])])
        details.append(Code(shown, "text", title=f"{operation.key_count:,} keys"))
    if operation.batch > len(operation.commands) > 0:
        details.append(Code(f"The first {len(operation.commands)} of {operation.batch:,} commands are kept.", "text"))
    return details
