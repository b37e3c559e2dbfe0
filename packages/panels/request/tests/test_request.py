"""The request panel, on records that went through a toolbar and its store."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from debug_toolbar_core import Config, Limits, Record, Route, Source, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Code, Facts, Notice, Table, Tree, walk
from debug_toolbar_core.exchange import Body, Plain, Request
from debug_toolbar_core.record import Kind
from debug_toolbar_core.text import to_text
from debug_toolbar_request import RequestPanel

HOSTILE = "<script>alert(1)</script>\x00\x1b[31m\u202e"


async def shown(request: Request | None, kind: Kind = "http", route: Route | None = None) -> list[Block]:
    """Return everything the panel shows of a request that was captured, kept and loaded."""
    panel = RequestPanel()
    toolbar = Toolbar(Config(panels=[panel], strict=True))
    with toolbar.capture(kind) as record:
        record.wire = Plain(request)
        record.route = route
    loaded = await toolbar.load(record.id)
    assert to_text(toolbar.blocks(loaded, "request")) or request is None
    return list(walk(panel.view(loaded)))


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return every fact shown, by its label."""
    return {item.label: item.value for block in blocks if isinstance(block, Facts) for item in block.items}


def tables(blocks: list[Block]) -> dict[str | None, list[tuple[Any, ...]]]:
    """Return the rows of every table shown, by its title."""
    return {block.title: [tuple(row.cells) for row in block.rows] for block in blocks if isinstance(block, Table)}


def body(content: bytes, content_type: str = "", encoding: str | None = None, kept: int | None = None) -> Request:
    """Return a request with a body, of which the first bytes were kept."""
    kept_content = content[:kept]
    return Request("POST", body=Body(len(content), len(kept_content), content_type, encoding, kept_content))


async def test_a_request_is_shown_as_it_came() -> None:
    """Method, URL, version, client and scheme are told, and the badge is the method."""
    request = Request(
        "PATCH", "https", "/books", url="https://shop/books?x=1", http_version="2", client="10.0.0.1:5123"
    )
    blocks = await shown(request)
    assert Badge("PATCH") in blocks
    assert facts(blocks) == {
        "Method": "PATCH",
        "URL": "https://shop/books?x=1",
        "Scheme": "https",
        "HTTP version": "2",
        "Client": "10.0.0.1:5123",
    }


async def test_a_websocket_offers_subprotocols() -> None:
    """A websocket has no method worth naming, and its subprotocols are listed."""
    blocks = await shown(
        Request("GET", "wss", "/live", root_path="/v1", subprotocols=["graphql-ws", "v2"]), "websocket"
    )
    assert Badge("WS") in blocks
    assert facts(blocks)["Subprotocols offered"] == "graphql-ws, v2"
    assert facts(blocks)["Mounted at"] == "/v1"
    assert "Method" not in facts(blocks)


async def test_the_route_leads_to_its_handler() -> None:
    """The matched route is shown with its handler, the handler's place, and the path's parameters."""
    source = Source("/app/views.py", 48, "show")
    route = Route("/books/{id}", "show", "shop.views.show", ("GET", "HEAD"), source, {"id": 7, "slug": "dune"})
    blocks = await shown(Request(), route=route)
    told = facts(blocks)
    assert (told["Path"], told["Handler"], told["Source"]) == ("/books/{id}", "shop.views.show", source)
    assert told["Methods"] == "GET, HEAD"
    assert tables(blocks)["Path parameters"] == [("id", 7), ("slug", "dune")]


async def test_a_route_may_tell_little() -> None:
    """A route of which only the path is known shows only the path."""
    blocks = await shown(Request(), route=Route("/static"))
    assert facts(blocks)["Path"] == "/static"
    assert "Handler" not in facts(blocks)


async def test_repeated_query_parameters_are_all_shown_and_numbered() -> None:
    """A name that comes twice has two lines, in order; without repeats there is no such column."""
    blocks = await shown(Request(query=[("tag", "a"), ("q", ""), ("tag", "b")], cookies=[("theme", "dark")]))
    assert tables(blocks)["Query"] == [("tag", "a", "1 of 2"), ("q", "", ""), ("tag", "b", "2 of 2")]
    assert tables(blocks)["Cookies"] == [("theme", "[redacted]")]


async def test_a_json_body_is_a_tree() -> None:
    """JSON opens as a tree, without its secrets."""
    blocks = await shown(body(json.dumps({"title": "Dune", "password": "x"}).encode(), "application/json"))
    assert next(block for block in blocks if isinstance(block, Tree)).value == {
        "title": "Dune",
        "password": "[redacted]",
    }
    assert facts(blocks)["Size"] == 34


async def test_a_json_null_is_shown_too() -> None:
    """A body that is JSON's null is a value as any other."""
    assert Tree(None, open=2) in await shown(body(b"null", "application/json"))


async def test_a_form_is_a_table() -> None:
    """Form fields are listed, repeated ones numbered."""
    blocks = await shown(body(b"a=1&a=2&b=", "application/x-www-form-urlencoded"))
    assert tables(blocks)["Fields"] == [("a", "1", "1 of 2"), ("a", "2", "2 of 2"), ("b", "", "")]


async def test_an_uploaded_file_is_named_not_shown() -> None:
    """Of a multipart form's file the name, type and size are told."""
    parts = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
    rows = tables(await shown(body(parts, "multipart/form-data; boundary=x")))["Fields"]
    assert rows[0][0] == "f"
    assert "a.txt" in rows[0][1]


async def test_broken_json_is_a_warning() -> None:
    """A body that says it is JSON and is not gets a notice, and is shown as the text it is."""
    blocks = await shown(body(b'{"a": ', "application/problem+json; charset=utf-8"))
    assert [block.label for block in blocks if isinstance(block, Notice)] == ["invalid body"]
    assert Code('{"a": ', "json") in blocks


async def test_cut_json_is_no_warning() -> None:
    """JSON of which only the beginning was kept is not called broken; how much was kept is told."""
    blocks = await shown(body(b'{"title": "Dune"}', "application/json", kept=6))
    assert not [block for block in blocks if isinstance(block, Notice)]
    assert (facts(blocks)["Size"], facts(blocks)["Kept"]) == (17, 6)


async def test_text_and_compressed_json_are_read() -> None:
    """Text is shown as it is, and gzip is undone."""
    assert Code("hello", "text") in await shown(body(b"hello", "text/plain"))
    packed = await shown(body(gzip.compress(b"[1, 2]"), "application/json", "gzip"))
    assert Tree([1, 2], open=2) in packed
    assert facts(packed)["Encoding"] == "gzip"


async def test_binary_is_hexadecimal() -> None:
    """Bytes that are no text are shown as hexadecimal, and it is said how many."""
    code = next(block for block in await shown(body(b"\x89PNG\x00", "image/png")) if isinstance(block, Code))
    assert (code.text, code.title) == ("89 50 4e 47 00", "First 5 B, hexadecimal")


async def test_a_body_that_was_not_kept_tells_its_size_alone() -> None:
    """With a body limit of nothing, the size is all there is."""
    blocks = await shown(body(b"hello", "text/plain", kept=0))
    assert facts(blocks)["Size"] == 5
    assert not [block for block in blocks if isinstance(block, Code)]


async def test_no_request_shows_nothing() -> None:
    """A record without a request leaves the panel empty."""
    assert await shown(None) == []
    assert list(RequestPanel().view(Record("task"))) == []


async def test_hostile_values_stay_texts() -> None:
    """Markup, control characters and the like pass as the texts they are."""
    request = Request(HOSTILE, path=HOSTILE, query=[(HOSTILE, HOSTILE)], client=HOSTILE)
    blocks = await shown(request)
    assert tables(blocks)["Query"][0][0] == HOSTILE
    assert facts(blocks)["Client"] == HOSTILE


@pytest.mark.parametrize("value", [None, [], [["only"]], [[1, 2]], "text", 7, {"a": 1}])
@pytest.mark.parametrize("kind", ["json", "form", "text", "binary"])
def test_a_body_of_another_version_is_shown_as_far_as_it_goes(kind: Any, value: object) -> None:
    """A value that does not fit its kind raises nothing."""
    request = Request(body=Body(3, 3, "text/plain", kind=kind, value=value))
    record = Record("http", wire=Plain(request), limits=Limits())
    assert [block.to_json() for block in RequestPanel().view(record)]
