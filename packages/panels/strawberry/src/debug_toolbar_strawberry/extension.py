"""The extension: what Strawberry calls in each operation, and how a resolver is measured."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from time import perf_counter
from types import GeneratorType
from typing import Any

from debug_toolbar_core import current
from debug_toolbar_core.context import position
from debug_toolbar_strawberry.operation import PANEL, Operation, Path, Resolving

_UNKNOWN = object()


class Watching:
    """Notes what one operation does; it becomes an extension with Strawberry's own base class, once that is there."""

    execution_context: Any
    operation: Operation | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[Any, Any] = {}

    def on_operation(self) -> Iterator[None]:
        """Around all of it."""
        try:
            if (record := current()) is not None:
                self.operation = Operation(record, self.execution_context.query)
        except Exception as error:  # noqa: BLE001 - a border: the operation must not fail for ours
            fault(error)
        yield
        try:
            if self.operation is not None:
                _end(self.operation, self.execution_context)
        except Exception as error:  # noqa: BLE001 - a border
            fault(error)

    def on_parse(self) -> Iterator[None]:
        """Around parsing."""
        yield from self.step("parse")

    def on_validate(self) -> Iterator[None]:
        """Around validation."""
        yield from self.step("validate")

    def on_execute(self) -> Iterator[None]:
        """Around execution."""
        yield from self.step("execute")

    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        start = perf_counter()
        yield
        if self.operation is not None:
            self.operation.step(name, start)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Around the sending of a subscription's event."""
        operation, start = self.operation, perf_counter()
        yield
        record = None if operation is None else operation.record
        if operation is None or record is None:
            return
        operation.data["events"] = number = operation.data.get("events", 0) + 1
        begin = start - operation.started
        record.add(PANEL, f"event {number}", begin, record.now(), {"graphql.event": number}, parent=operation.span)

    def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        """Measure fields that have a resolver of the application's; the others pass with one look."""
        resolver = self.known.get(_next, _UNKNOWN)
        if resolver is _UNKNOWN:
            resolver = self.learn(_next, info)
        if resolver is None or self.operation is None:
            return _next(root, info, *args, **kwargs)
        return measured(self.operation, resolver, _next, root, info, args, kwargs)

    def learn(self, _next: Any, info: Any) -> Any:
        """Return the application's function behind a field, or None; a field is known by what resolves it."""
        try:
            field = info.parent_type.fields.get(info.field_name)
            found = self.known[_next] = None if self.operation is None else _resolver(field)
        except Exception as error:  # noqa: BLE001 - a border
            fault(error)
            return None
        return found


def measured(operation: Operation, resolver: Any, _next: Any, root: Any, info: Any, args: Any, kwargs: Any) -> Any:
    """Run a resolver in a place of its own; what it awaits is measured where it is awaited."""
    try:
        path = path_of(info.path)
        place, figures = Resolving(operation, path, operation.slot), operation.field(path, resolver)
    except Exception as error:  # noqa: BLE001 - a border
        fault(error)
        return _next(root, info, *args, **kwargs)
    outer = position.get()
    position.set(place)
    try:
        result = _next(root, info, *args, **kwargs)
    except BaseException:
        place.done(figures, failed=True)
        raise
    finally:
        position.set(outer)
    if hasattr(type(result), "__await__") or (type(result) is GeneratorType and inspect.isawaitable(result)):
        return awaited(result, place, figures)
    place.done(figures, failed=False)
    return result


async def awaited(result: Any, place: Resolving, figures: list[Any]) -> Any:
    """Await a resolver's result; it may be in a task of its own, so the place is entered once more."""
    outer = position.get()
    position.set(place)
    failed = True
    try:
        value = await result
        failed = False
        return value
    finally:
        position.set(outer)
        place.done(figures, failed)


def path_of(path: Any) -> Path:
    """Return the path of a field without the places in lists: all calls of one field together."""
    names: list[str] = []
    while path is not None:
        if type(path.key) is str:
            names.append(path.key)
        path = path.prev
    names.reverse()
    return tuple(names)


def _resolver(field: Any) -> Any:
    """Return the function that the application wrote for a field, or None where Strawberry only reads an attribute."""
    definition = None if field is None else field.extensions.get("strawberry-definition")
    base = getattr(definition, "base_resolver", None)
    return None if base is None else getattr(base, "wrapped_func", base)


def _end(operation: Operation, context: Any) -> None:
    document = context.graphql_document
    kind, name = "operation", getattr(context, "_provided_operation_name", None)
    if document is not None:
        name = context.operation_name
        kind = str(context.operation_type.value)
    operation.persisted(_hash(context), lambda: _text(context.query, document))
    errors = context.pre_execution_errors or getattr(context.result, "errors", None) or []
    operation.end(name if type(name) is str else None, kind, context.variables, list(errors))


def _hash(context: Any) -> str | None:
    """Return the hash that stands for a document which the client did not send, as Apollo's clients do it."""
    extensions = getattr(context, "operation_extensions", None)
    persisted = extensions.get("persistedQuery") if type(extensions) is dict else None
    found = persisted.get("sha256Hash") if type(persisted) is dict else None
    return found[:128] if type(found) is str else None


def _text(query: object, document: Any) -> str | None:
    """Return the text of a document that an extension of the application's found: as it wrote it, or as it was read."""
    if type(query) is str or document is None:
        return query if type(query) is str else None
    source = getattr(getattr(getattr(document, "loc", None), "source", None), "body", None)
    if type(source) is str:
        return source
    from graphql import print_ast

    return print_ast(document)


def fault(error: Exception) -> None:
    """Note a fault of ours on the record; the operation goes on as without us."""
    if (record := current()) is not None:
        record.fault(PANEL, error)
