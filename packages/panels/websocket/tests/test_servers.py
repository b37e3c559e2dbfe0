"""Servers: a connection through each real server leaves the same record; pings where a server shows them."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from debug_toolbar_core.blocks import Facts, Notice
from debug_toolbar_tests.server import around, only, records
from debug_toolbar_tests.serving import free_port, served
from debug_toolbar_websocket import WebsocketPanel

SERVERS = {
    "uvicorn": "uvicorn --ws websockets-sansio --ws-ping-interval 0.02 --host 127.0.0.1 --port {port}",
    "uvicorn-wsproto": "uvicorn --ws wsproto --ws-ping-interval 0.02 --host 127.0.0.1 --port {port}",
    "hypercorn": "hypercorn --bind 127.0.0.1:{port}",
    "granian": "granian --interface asgi --host 127.0.0.1 --port {port}",
}
TALK = """
from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_websocket import WebsocketPanel

async def talk(scope, receive, send):
    if scope["type"] != "websocket":
        raise RuntimeError("This application has no lifespan.")
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", **{key: message[key] for key in ("text", "bytes") if message.get(key)}})

app = DebugToolbar(talk, ASGIConfig(panels=[WebsocketPanel()]))
"""
FRAMEWORKS = ("fastapi", "litestar", "starlette")


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A server in a process of its own, whose application echoes."""
    (tmp_path / "talk.py").write_text(TALK)
    port, name = free_port(), request.param
    module, *options = SERVERS[name].format(port=port).split()
    command = [sys.executable, "-m", module, *options, "talk:app"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answered(f"http://127.0.0.1:{port}/_debug_toolbar/api/panels")
        yield name, port
    finally:
        process.terminate()
        process.wait(10)


def _answered(url: str, seconds: float = 20) -> Any:
    until = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(url).raise_for_status().json()
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _closed(base: str) -> dict[str, Any]:
    """Return the websocket's record once it is closed."""
    for _ in range(200):
        found = httpx.get(f"{base}/api/records", params={"q": "kind:websocket"}).json()["records"]
        if found and not found[0]["open"]:
            record: dict[str, Any] = httpx.get(f"{base}/api/records/{found[0]['id']}").json()["record"]
            return record
        time.sleep(0.05)
    raise TimeoutError("The connection is still open.")


def test_each_server_leaves_the_same_messages(server: tuple[str, int]) -> None:
    """Text and binary both ways, the states, who closed it; pings are counted, or it says who does not show them."""
    name, port = server
    sent: tuple[str | bytes, ...] = ("one", '{"two": 2}', b"\x00\xff")
    with connect(f"ws://127.0.0.1:{port}/talk") as client:
        for each in sent:
            client.send(each)
            assert client.recv(timeout=10) == each
        time.sleep(0.5)
        client.close(1000, "done")
    record = _closed(f"http://127.0.0.1:{port}/_debug_toolbar")
    data = record["data"]["websocket"]
    shown = ["one", '{"two": 2}', "<2 bytes: 00ff>"]
    assert [message[1:4] for message in data["messages"]] == [
        [way, len(each), text] for each, text in zip(sent, shown, strict=True) for way in ("in", "out")
    ]
    assert [state[0] for state in data["states"]] == ["connecting", "open", "closed"]
    told = 1006 if name == "hypercorn" else 1000  # it tells applications nothing of the client's code
    assert data["states"][-1][2:4] == ["client", told]
    pings = data["pings"]
    assert pings["seen"] == name.startswith("uvicorn"), json.dumps(pings)
    if pings["seen"]:
        assert pings["sent"] >= 2
        assert 0 <= pings["rtt"] < 1  # uvloop's clock has milliseconds


@pytest.mark.parametrize("protocol", ["websockets-sansio", "wsproto"])
def test_pings_are_counted_both_ways(protocol: str) -> None:
    """What uvicorn sends and answers of its own accord is counted at its object, which is afterwards as it was."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            protocol = send.__self__
            await outer(scope, receive, send)
            seen.append([name for name in vars(protocol) if name.startswith("handle_")])

    async def talk(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    outer = around(talk, WebsocketPanel())
    with served(app, ws=protocol, ws_ping_interval=0.02, lifespan="off") as url:
        with connect(url.replace("http", "ws")) as client:
            client.ping().wait(5)
            time.sleep(0.5)
        _over(outer)
    record = asyncio.run(only(outer))
    pings = record.data["websocket"]["pings"]
    assert pings["seen"] is True
    assert pings["sent"] >= 2
    assert pings["received"] == 1
    assert pings["rtt"] >= 0
    assert outer.toolbar is not None
    facts = [
        fact for block in outer.toolbar.blocks(record, "websocket") if isinstance(block, Facts) for fact in block.items
    ]
    told = next(str(fact.value) for fact in facts if fact.label == "ping and pong")
    assert told.startswith(f"{pings['sent']} sent, 1 received, round trip")
    assert seen == [[]]


@pytest.mark.parametrize("protocol", ["websockets-sansio", "wsproto"])
@pytest.mark.parametrize(
    ("frame", "codes"), [(b"\x81\x82\0\0\0\0\xff\xfe", {1007}), (b"", {1005, 1006})], ids=["no UTF-8", "no handshake"]
)
def test_a_client_that_breaks_the_rules(protocol: str, frame: bytes, codes: set[int]) -> None:
    """A text that is no UTF-8, and a connection that ends without a word: the record says how, as the server does."""
    ended: list[dict[str, Any]] = []

    async def talk(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] != "websocket.disconnect":
                pass
            ended.append(message)

    outer = around(talk, WebsocketPanel())
    with served(outer, ws=protocol, lifespan="off") as url, connect(f"ws{url[4:]}", close_timeout=0) as client:
        client.send("hello")
        if frame:
            client.socket.sendall(frame)
        with suppress(OSError):  # the server was faster to end it, and this side has closed its socket since
            client.socket.shutdown(socket.SHUT_WR)
        record = _over(outer)
    data = record.data["websocket"]
    assert [message[3] for message in data["messages"]] == ["hello"]
    assert ended[0]["code"] in codes
    assert data["states"][-1][:1] + data["states"][-1][2:4] == ["closed", "client", ended[0]["code"]]
    assert outer.toolbar is not None
    found = [block.label for block in outer.toolbar.blocks(record, "websocket") if isinstance(block, Notice)]
    assert found == ([] if ended[0]["code"] == 1005 else ["closed"])


def _over(debug: Any) -> Any:
    """Return the one record once it is closed."""
    until = time.monotonic() + 20
    while not (found := asyncio.run(records(debug))) or found[0].open:
        assert time.monotonic() < until, "The connection is still open."
        time.sleep(0.02)
    return found[0]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_bookshop_talks(framework: str, bookshops: Any) -> None:
    """The shop's ticker is recorded in each framework: its prices go out, what is said is echoed."""
    url = bookshops(framework)
    with connect(url.replace("http", "ws") + "/ws/prices") as client:
        client.recv(timeout=10)
        client.send("hello")
        while "hello" not in str(client.recv(timeout=10)):
            pass
    data = _closed(f"{url}/_debug_toolbar")["data"]["websocket"]
    assert [message[3] for message in data["messages"] if message[1] == "in"] == ["hello"]
    assert any('"hello"' in message[3] for message in data["messages"] if message[1] == "out")
