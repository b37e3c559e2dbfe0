"""JSON documents and bodies: what comes in is checked, what goes out always encodes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debug_toolbar_asgi.document import dump, parse
from debug_toolbar_asgi.site import Site

CHANGE = {"x-debug-toolbar": "1"}
ODD = [
    b"[1]",
    b"1",
    b"nul",
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b'{"a": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"a": "\xff"}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"a": 1}x',
]


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
async def test_odd_bodies(client: httpx.AsyncClient, body: bytes) -> None:
    """A body that is not one plain JSON object is refused, whatever Python's parser makes of it."""
    answer = await client.post("/api/demand", content=body, headers=CHANGE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "body_invalid")


async def test_large_body(client: httpx.AsyncClient) -> None:
    """A body past 64 KiB is refused, with or without a promised length."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    for content in (b" " * 65_537, chunks()):
        answer = await client.post("/api/demand", content=content, headers=CHANGE)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
    answer = await client.post("/api/records/clear", content=b" " * 65_536, headers=CHANGE)
    assert answer.status_code == 200


async def test_client_gone_within_its_body(site: Site) -> None:
    """A client that goes away before its body was complete gets its answer into the void."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"x-debug-toolbar", b"1"), (b"content-length", b"10")]
    path = "/_debug_toolbar/api/demand"
    scope = {"type": "http", "method": "POST", "path": path, "client": ("127.0.0.1", 1), "headers": headers}
    await site(scope, receive, send)
    assert sent[0]["status"] == 400


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@given(JSONISH)
def test_dump_always_encodes(value: Any) -> None:
    """Any value becomes JSON that a strict parser reads."""

    def refuse(text: str) -> None:
        raise ValueError(text)

    json.loads(dump(value).decode("utf-8"), parse_constant=refuse)


def test_dump_of_what_json_cannot_hold() -> None:
    """Depth and cycles end in an ellipsis, keys become texts, and lone surrogates stay readable."""
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    assert "…" in dump(deep).decode()
    assert json.loads(dump({(1, 2): {1}})) == {"[1, 2]": "<set>"}
    assert json.loads(dump([10**5000, 7, {10**5000: 1}])) == ["<int of 16610 bits>", 7, {"<int of 16610 bits>": 1}]
    assert json.loads(dump({"a": "\udc80"})) == {"a": "\udc80"}


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"a": text}).encode()))
def test_parse_is_total(content: bytes) -> None:
    """Bytes are an object or a ValueError, nothing else."""
    with contextlib.suppress(ValueError):
        assert isinstance(parse(content), dict)
