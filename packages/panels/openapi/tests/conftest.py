"""An application with a document, and what the panel shows of a request to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, Route, Source, Toolbar
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.views import Shown
from debug_toolbar_openapi import OpenAPIPanel

SOURCE = Source("/app/views.py", 48, "show")
Ask = Callable[..., Shown]


class Documented(Application):
    """An application with a document."""

    framework = "Shop"

    def __init__(self, document: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.document = document

    def openapi(self) -> Mapping[str, Any] | None:
        return self.document

    def documentation(self) -> Iterable[tuple[str, str]]:
        return [("swagger", "/docs"), ("redoc", "/redoc"), ("scalar", "/scalar"), ("other", "/other")]


def body(value: Any, content_type: str = "application/json", size: int | None = None, **more: Any) -> Body:
    """Return a body as it was captured."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Body(len(content) if size is None else size, len(content), content_type, content=content, **more)


def a_document(schema: Any, *, version: str = "3.1.0", components: Any = None, **operation: Any) -> dict[str, Any]:
    """Return a document of one operation, `POST /books/{id}`, whose request and response have this schema."""
    content = {"application/json": {"schema": schema}}
    told = {"operationId": "show_book", "responses": {"200": {"description": "A book", "content": content}}}
    told = {**told, "requestBody": {"content": content}, **operation}
    paths = {"/books/{id}": {"post": told}}
    return {
        "openapi": version,
        "info": {"title": "Shop", "version": "1"},
        "paths": paths,
        "components": components or {},
    }


def asked(
    described: Mapping[str, Any] | None,
    answer: Any = None,
    *,
    sent: Any = None,
    status: int | None = 200,
    panel: OpenAPIPanel | None = None,
    path: str = "/books/{id:int}",
    method: str = "POST",
    imported: bool = False,
    **request: Any,
) -> Shown:
    """Return what is shown of a request that was answered with a value, or a body."""

    async def run() -> Shown:
        tools = Toolbar(Config(panels=[panel or OpenAPIPanel()], strict=True))
        tools.start(Documented(described))
        with tools.capture("http") as record:
            sending = sent if isinstance(sent, Body) or sent is None else body(sent)
            answering = answer if isinstance(answer, Body) or answer is None else body(answer)
            asking = Request(method, path="/books/7", url="http://shop.test/books/7", body=sending, **request)
            size = answering.size if answering else 0
            response = Response(status, size=size, complete=True, body=answering) if status is not None else None
            record.wire = Plain(asking, response)
            record.route = Route(path, "show", "shop.show", (method,), SOURCE, {"id": 7}, {"operation_id": "show_book"})
        loaded = await tools.load(record.id)
        loaded.imported = imported
        return tools.shown(loaded)[0]

    return asyncio.run(run())


@pytest.fixture
def ask() -> Ask:
    """Ask an application for a book."""
    return asked


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """Make a document of one operation."""
    return a_document
