"""One operation while it runs: its steps, its fields with their times, and the places its resolvers run in."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.context import position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.observed import Perhaps
from debug_toolbar_core.record import Slot
from debug_toolbar_core.source import handler_of

PANEL = "strawberry"
COUNT, TOTAL, SLOWEST, START, ERRORS, SOURCE = range(6)
"""Where the figures of a field stand in its list."""
_FIELDS_MOST = 500
_ERRORS_MOST = 50
_FRAMES_MOST = 20
_OPERATIONS_MOST = 100

Path = tuple[str, ...]


class Operation:
    """Facts of one operation, in plain values that readers see grow."""

    __slots__ = ("data", "fields", "slot", "span", "started")

    def __init__(self, record: Record, document: object) -> None:
        self.slot = record.slot
        self.started = record.started
        self.fields: dict[Path, list[Any]] = {}
        self.data: dict[str, Any] = {"document": record.take(document), "steps": {}, "errors": [], "fields": []}
        operations = record.data.setdefault(PANEL, {"operations": []})["operations"]
        if len(operations) < _OPERATIONS_MOST:
            operations.append(self.data)
        else:
            record.drop("GraphQL operations", 1)
        self.span = record.add(PANEL, "operation", record.now(), None, {})

    @property
    def record(self) -> Record | None:
        """The record, as long as it is open."""
        return self.slot.record

    def step(self, name: str, start: float) -> None:
        """Note how long parsing, validation or execution took, from `start` on the process's clock."""
        self.data["steps"][name] = [start - self.started, perf_counter() - start]

    def field(self, path: Path, resolver: Any) -> list[Any]:
        """Return a field's figures, made with its first call; past the limit fields share one line."""
        figures = self.fields.get(path)
        if figures is None:
            if len(self.fields) >= _FIELDS_MOST:
                path = ("…",)
                figures = self.fields.get(path)
            if figures is None:
                source = None if path == ("…",) else handler_of(resolver)[1]
                figures = self.fields[path] = [0, 0.0, 0.0, perf_counter() - self.started, 0, source]
        return figures

    def persisted(self, hash: str | None, text: Callable[[], str | None]) -> None:
        """Note what stands for a document that was not sent, and its text if the server knows it by now."""
        if hash is not None:
            self.data["persisted"] = hash
        if self.data["document"] is None and (record := self.record) is not None and (known := text()):
            self.data.setdefault("persisted", "")
            self.data["document"] = record.take(known)

    def end(self, name: str | None, kind: str, variables: object, errors: list[Any]) -> None:
        """End with what is known only now; `errors` are GraphQL's own, with what was raised behind them."""
        record = self.record
        if record is None:
            return
        self.data["name"], self.data["type"] = name, kind
        if variables:
            self.data["variables"] = record.take(variables)
        self.data["error_count"] = len(errors)
        self.data["errors"] = [_error(error) for error in errors[:_ERRORS_MOST]]
        self.data["fields"] = [[list(path), *figures[:SOURCE], _place(figures[SOURCE])] for path, figures in
                               self.fields.items()]  # fmt: skip
        self.span.name = f"{kind} {name}" if name else kind
        attributes = {"graphql.operation.type": kind}
        if name:
            attributes["graphql.operation.name"] = name
        if errors:
            attributes["error.type"] = "GraphQLError"
        record.finish(self.span, **attributes)


class Resolving(Perhaps):
    """The place in which one resolver runs; its span is made once something happens there."""

    __slots__ = ("operation", "path", "start")

    def __init__(self, operation: Operation, path: Path, slot: Slot) -> None:
        self.slot = slot
        self.made = None
        self.operation = operation
        self.path = path
        self.start = perf_counter()

    def make(self, record: Record) -> Span:
        """Add the span of this call, inside its operation."""
        operation, name = self.operation, ".".join(self.path)
        start = self.start - operation.started
        return record.add(PANEL, name, start, None, {"graphql.field.path": name}, parent=operation.span)

    def done(self, figures: list[Any], failed: bool) -> None:
        """Add this call to the field's figures."""
        took = perf_counter() - self.start
        figures[COUNT] += 1
        figures[TOTAL] += took
        if took > figures[SLOWEST]:
            figures[SLOWEST] = took
        if failed:
            figures[ERRORS] += 1
        if self.made is not None and (record := self.slot.record) is not None:
            record.finish(self.made)


def around() -> Operation | None:
    """Return the operation whose resolver runs here."""
    here = position.get()
    return here.operation if isinstance(here, Resolving) else None


def _place(source: Source | None) -> list[Any] | None:
    return None if source is None else list(source)


def _error(error: Any) -> dict[str, Any]:
    """Describe one of GraphQL's errors: where in the document, where in the answer, and what was raised behind it."""
    locations = [[place.line, place.column] for place in (getattr(error, "locations", None) or ())][:10]
    path = [part if type(part) in (str, int) else "?" for part in (getattr(error, "path", None) or ())][:50]
    message = getattr(error, "message", None)
    told: dict[str, Any] = {
        "message": message[:2_000] if type(message) is str else message_of(error),
        "locations": locations,
        "path": path,
    }
    original = getattr(error, "original_error", None)
    if isinstance(original, BaseException):
        told["type"] = type(original).__qualname__
        told["raised"] = message_of(original)
        frames = traceback.walk_tb(original.__traceback__)
        told["frames"] = [[frame.f_code.co_filename, line, frame.f_code.co_qualname] for frame, line in frames][
            -_FRAMES_MOST:
        ]
    return told
