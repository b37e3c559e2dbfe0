"""Search: the small language of the record lists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debug_toolbar_core.search import Search

LINE: dict[str, Any] = {
    "id": "abc1",
    "kind": "http",
    "parent": None,
    "method": "GET",
    "path": "/api/Books",
    "query": "sort=new",
    "status": 404,
    "started_at": 1.0,
    "duration": 0.25,
    "open": False,
    "route": "/api/{name}",
    "handler": "list_books",
    "size": 1234,
    "client": "127.0.0.1",
    "error": "KeyError",
    "content_type": "application/json",
    "badges": [],
    "notices": [],
    "counts": {"sqlalchemy": {"count": 12, "seconds": 0.1}, "http-client": {"count": 1, "seconds": 0.1}},
    "levels": {"warning": 1, "error": 0, "info": 0},
    "labels": ["N+1", "Panel failed"],
}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "books",
        "api sort",
        "GET",
        '"get /api"',
        "path:/api",
        "path:/x,/api",
        "-path:/health",
        "method:get",
        "method:post,get",
        "status:404",
        "status:4xx",
        "status:5xx,404",
        "status:>=400",
        "-status:2xx",
        "kind:http",
        "route:{name}",
        "handler:books",
        "client:127",
        "error:key",
        "type:json",
        "query:new",
        "id:abc1",
        "ms:>200",
        "ms:<300",
        "ms:250",
        "duration:=250",
        "size:>=1234",
        "size:<=1234",
        "sql:>10",
        "sqlalchemy:12",
        "http:1",
        "logs:0",
        "has:n+1",
        "has:N+1",
        'has:"panel failed"',
        "has:warning",
        "has:exception",
        "has:error",
        "has:sqlalchemy",
        "-has:info",
        "path:/api status:404 ms:>200 -method:POST",
        "-ms:nonsense",
        "sql:",
        '"unclosed',
        "-x:9",
    ],
)
def test_found(query: str) -> None:
    """Each of these finds the line."""
    if query == '"unclosed' or query == "sql:":
        assert not Search(query)(LINE)
    else:
        assert Search(query)(LINE)


@pytest.mark.parametrize(
    "query",
    [
        "authors",
        "-books",
        "path:/x",
        "method:post",
        "status:2xx",
        "status:<400",
        "kind:websocket",
        "ms:>250",
        "ms:nonsense",
        "size:<10",
        "sql:>12",
        "cache:1",
        "has:slow",
        "has:info",
        "id:abc",
        "parent:x",
        "nonsense:x",
        "http://localhost/x",
        "books authors",
    ],
)
def test_not_found(query: str) -> None:
    """Each of these does not find the line: all terms must hold."""
    assert not Search(query)(LINE)


def test_addresses_are_text() -> None:
    """A URL is looked for as text, not as a panel called http."""
    assert Search("http://x/y")({**LINE, "query": "next=http://x/y"})


def test_records_without_answers() -> None:
    """A record of which little is known is found by what is known."""
    bare = {
        **LINE,
        "status": None,
        "duration": None,
        "size": None,
        "error": None,
        "route": None,
        "counts": {},
        "levels": {},
        "labels": [],
    }
    assert Search("-status:2xx ms:0 size:0 -has:exception -route:x sql:0 status:<1")(bare)
    assert not Search("status:xx")(bare)


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    """Whatever is typed, an answer is given."""
    assert Search(text)(LINE) in (True, False)
    assert Search(f"-status:{text} has:{text}")(LINE) in (True, False)
