"""The document: an application's operations and schemas, read from what was kept of its OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from debug_toolbar_core.exchange import Request
from debug_toolbar_openapi.operation import METHODS, Operation, mapping

_CONVERTER = re.compile(r"\{([^{}:]*):[^{}]*\}")
_TITLES = {
    "swagger": "Swagger UI",
    "redoc": "ReDoc",
    "scalar": "Scalar",
    "rapidoc": "RapiDoc",
    "stoplight": "Stoplight",
    "json": "Document",
    "openapi.json": "Document",
    "yaml": "Document, YAML",
}


@dataclass(frozen=True)
class Document:
    """What is known of an application's OpenAPI document; `known` is False where nobody asked the application."""

    known: bool = False
    framework: str = "ASGI"
    pages: tuple[tuple[str, str], ...] = ()
    left_out: str = ""
    pieces: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, data: Any) -> Document:
        """Read what the panel collected; of anything else nothing is known."""
        if not isinstance(data, dict) or not isinstance(data.get("framework"), str):
            return cls()
        texts = data.get("text")
        pieces = tuple(piece for piece in texts if isinstance(piece, str)) if isinstance(texts, list) else ()
        return cls(True, data["framework"], _pages(data), str(data.get("left_out") or ""), pieces, parsed(pieces))

    @property
    def version(self) -> str:
        """The version of OpenAPI it is written in."""
        return str(self.content.get("openapi") or "")

    @property
    def is_old(self) -> bool:
        """Whether its schemas are those of OpenAPI 3.0, which are not yet JSON Schema."""
        return self.version.startswith("3.0")

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation, in the document's order."""
        return list(self._walk())

    def _walk(self) -> Iterator[Operation]:
        for path, item in mapping(self.content.get("paths")).items():
            for method, content in mapping(item).items():
                if method in METHODS and isinstance(content, dict):
                    yield Operation(self.content, str(path), method, content, mapping(item))

    def find(self, path: str, method: str, operation_id: object = None) -> Operation | None:
        """Return the operation of a route's path and a method, else the one of this id."""
        path, method = plain_path(path), method.lower()
        if method == "head" and not any(found.method == "head" and found.path == path for found in self.operations):
            method = "get"
        for operation in self.operations:
            if operation.method == method and plain_path(operation.path) == path:
                return operation
        named = (found for found in self.operations if found.method == method and found.id == operation_id)
        return next(named, None) if operation_id else None

    def links(self, operation: Operation | None = None, request: Request | None = None) -> list[tuple[str, str]]:
        """List the pages of documentation with their addresses, at the operation's own place where they have one."""
        root = request.root_path.rstrip("/") if request is not None else ""
        found = [(name, root + path + (operation.fragment(name) if operation else "")) for name, path in self.pages]
        return [(_TITLES.get(name, name), address) for name, address in found]


def _pages(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pages = data.get("documentation")
    found = [page[:2] for page in pages if isinstance(page, list) and len(page) >= 2] if isinstance(pages, list) else []
    return tuple((str(name), str(path)) for name, path in found)


def plain_path(path: str) -> str:
    """Return a path with its parameters' names alone: `/books/{id:int}` is `/books/{id}`."""
    return _CONVERTER.sub(r"{\1}", path).rstrip("/") or "/"


@lru_cache(maxsize=4)
def parsed(pieces: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the document that the pieces make; it is the same for every record, and only read."""
    try:
        return mapping(json.loads("".join(pieces) or "{}"))
    except (ValueError, RecursionError):
        return {}
