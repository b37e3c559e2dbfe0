"""Keeping: an OpenAPI document as bounded text, which redaction and JSON leave as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

PIECE = 15_000
"""Characters of one text: a record keeps 16 KiB of each."""
MOST = 900_000
"""Characters kept of one document: a record keeps 1 MiB of a panel's texts."""
_WORDS = frozenset({"description", "summary", "example", "examples", "externalDocs", "title"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "schemas", "responses", "parameters"})


def keep(document: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a document as the texts it is kept in, and what was left out to make it fit.

    A document that is too long loses its words, then its schemas; its operations are always listed.
    """
    if document is None:
        return {}
    for left_out, fewer in _shorter(document):
        text = json.dumps(fewer, separators=(",", ":"), default=_strange)
        if len(text) <= MOST:
            return {"text": list(pieces(text)), "left_out": left_out}
    return {"left_out": "everything"}


def _shorter(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield a document as it is, without its words, and without its schemas."""
    yield "", document
    plain = json.loads(json.dumps(document, default=_strange))
    bare = _without_words(plain, names=False)
    yield "descriptions and examples", bare
    yield "schemas", _operations(bare)


def _strange(value: object) -> str:
    """Stand in for a default or an example that JSON cannot hold; its own code is not asked."""
    return f"<{type(value).__name__}>"


def _without_words(value: Any, names: bool) -> Any:
    """Leave out what only people read; `names`: the keys are the application's own names, not keywords."""
    if isinstance(value, list):
        return [_without_words(item, False) for item in value]
    if not isinstance(value, dict):
        return value
    kept = value.items() if names else [pair for pair in value.items() if pair[0] not in _WORDS]
    return {key: _without_words(item, not names and key in _NAMED) for key, item in kept}


def _operations(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that only lists its operations."""
    paths = document.get("paths")
    found: dict[str, Any] = {}
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            found[path] = {
                method: {"operationId": operation.get("operationId")}
                for method, operation in item.items()
                if isinstance(operation, dict)
            }
    return {"openapi": document.get("openapi"), "info": document.get("info"), "paths": found}


def pieces(text: str) -> Iterator[str]:
    """Cut a JSON text where an object ends, so that no value stands in two pieces."""
    start = 0
    while len(text) - start > PIECE:
        end = text.rfind("},", start, start + PIECE) + 2
        end = end if end > start + 2 else start + PIECE
        yield text[start:end]
        start = end
    yield text[start:]
