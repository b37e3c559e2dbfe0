"""Real servers: each sends the same bytes with the toolbar as without, and each leaves the same records."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from debug_toolbar_tests.serving import free_port

SERVERS = {
    "uvicorn-h11": "uvicorn --http h11 --loop asyncio --no-access-log --host 127.0.0.1 --port {port}",
    "uvicorn-httptools": "uvicorn --http httptools --loop asyncio --host 127.0.0.1 --port {port}",
    "uvicorn-uvloop": "uvicorn --http httptools --loop uvloop --host 127.0.0.1 --port {port}",
    "uvicorn-no-lifespan": "uvicorn --http h11 --lifespan off --host 127.0.0.1 --port {port}",
    "hypercorn": "hypercorn --bind 127.0.0.1:{port}",
    "hypercorn-trio": "hypercorn --worker-class trio --bind 127.0.0.1:{port}",
    "hypercorn-h2": "hypercorn --bind 127.0.0.1:{port}",
    "granian": "granian --interface asgi --host 127.0.0.1 --port {port}",
    "daphne": "daphne -b 127.0.0.1 -p {port}",
}
OURS = {"x-debug-toolbar-id", "x-debug-toolbar-link", "server-timing"}
PASSING = {"date", "server"}


@dataclass
class Running:
    """A server in a process of its own, and a client of it."""

    process: subprocess.Popen[bytes]
    port: int
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)


def command(name: str, port: int, app: str) -> list[str]:
    """Return the command that runs a server by its module."""
    module, *options = SERVERS[name].format(port=port).split()
    start = ["-c", "import sys; from daphne.cli import CommandLineInterface as C; C.entrypoint()"]
    return [
        sys.executable,
        *(start if module == "daphne" else ["-m", module]),
        *options,
        f"debug_toolbar_tests.{app}:app",
    ]


@contextmanager
def running(name: str, app: str, log: Path) -> Iterator[Running]:
    """Run a server with an application until it answers; stop it as an orchestrator does."""
    port = free_port()
    with log.open("wb") as output, subprocess.Popen(command(name, port, app), stdout=output, stderr=output) as process:
        http2 = name.endswith("h2")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", http1=not http2, http2=http2, timeout=10) as client:
            try:
                yield Running(process, port, client)
            finally:
                client.close()
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def ready(server: Running) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", server.port), 0.2):
                return
        except OSError:
            assert server.process.poll() is None
            time.sleep(0.05)
    raise TimeoutError


def plain(response: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return a response without what changes with the clock, and without what is ours."""
    left = OURS | PASSING | ({"content-length", "etag"} if b"<body>" in response.content else set())
    headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower().decode() not in left]
    return response.status_code, headers, re.sub(rb"<script[^>]*></script>", b"", response.content)


def visit(server: Running) -> list[Any]:
    """Make the same requests of a server; return what came."""
    client = server.client
    odd = [(b"cookie", b"a=1"), (b"x-odd", b"caf\xe9"), (b"content-type", b"application/json")]
    found: list[Any] = [
        plain(client.get("/page?q=%ff&a=1&a=2")),
        plain(client.post("/echo", content=b'{"a": [1, 2]}', headers=odd)),
        plain(client.post("/echo", content=b"x" * 300_000)),
        plain(client.get("/stream")),
        plain(client.get("/crash"))[0],
        plain(client.head("/page"))[:2],
    ]
    with connect(f"ws://127.0.0.1:{server.port}/chat") as talk:
        for message in ("hello", b"\xff\x00"):
            talk.send(message)
            found.append(talk.recv(5))
    return [*found, leave(server)]


def leave(server: Running) -> str:
    """Leave while the application still sends; return what it saw of that."""
    with socket.create_connection(("127.0.0.1", server.port), 5) as client:
        client.sendall(b"GET /left HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        received = b""
        while b"first" not in received:
            received += client.recv(4_096)
    for _ in range(100):
        saw = server.get("/seen").text
        if saw:
            return saw
        time.sleep(0.05)
    raise TimeoutError


def recorded(server: Running) -> dict[str, Any]:
    """Return what the toolbar's API tells of the requests, by method and path."""
    for _ in range(100):
        summaries = server.get("/_debug_toolbar/api/records?limit=100").json()["records"]
        if not any(line["open"] for line in summaries):
            break
        time.sleep(0.05)
    found: dict[str, Any] = {}
    for line in reversed(summaries):
        record = server.get(f"/_debug_toolbar/api/records/{line['id']}").json()["record"]
        request, response = record["request"], record["response"] or {}
        name = f"{line['method']} {request['path']} {(request['body'] or {}).get('size', 0)}"
        body = response.get("body") or {}
        if name in found:  # the first page; later ones look at other things
            continue
        found[name] = {
            "query": request["query"],
            "body": (request["body"] or {}).get("value"),
            "kind": record["kind"],
            "status": response.get("status"),
            "size": response.get("size"),
            "complete": response.get("complete"),
            "sent": body.get("value") if body.get("size", 0) < 1_000 else body.get("seen"),
            "error": record["error"] and record["error"]["type"],
            "handled": record["error"] and record["error"]["handled"],
            "messages": record["tags"].get("websocket", {}).get("received"),
            "open": record["open"],
        }
    found.pop("GET /seen 0")
    return found


EXPECTED: dict[str, dict[str, Any]] = {
    "GET /page 0": {"query": [["q", "\ufffd"], ["a", "1"], ["a", "2"]], "status": 200, "size": 53, "complete": True},
    "POST /echo 13": {"body": {"a": [1, 2]}, "sent": {"a": [1, 2]}, "status": 200, "size": 13},
    "POST /echo 300000": {"status": 200, "size": 300_000, "sent": 65_536},
    "GET /stream 0": {"status": 200, "size": 190, "complete": True},
    "GET /crash 0": {"status": None, "error": "ValueError", "handled": False},
    "HEAD /page 0": {"status": 200, "complete": True},
    "WS /chat 0": {"kind": "websocket", "messages": 2, "status": 101},
    "GET /left 0": {"status": 200, "size": 14, "open": False},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_a_server_sends_the_same_and_leaves_the_same_records(name: str, tmp_path: Path) -> None:
    """Bytes, headers, socket messages and what the application saw of a leaving client are as they were bare."""
    with running(name, "served", tmp_path / "bare") as bare, running(name, "wrapped", tmp_path / "app") as wrapped:
        ready(bare)
        ready(wrapped)
        assert visit(wrapped) == visit(bare)
        page = wrapped.get("/page")
        assert page.content.count(b"<script") == 1
        assert int(page.headers["content-length"]) == len(page.content)
        found = recorded(wrapped)
    assert found.keys() == EXPECTED.keys()
    for path, expected in EXPECTED.items():
        assert {key: found[path][key] for key in expected} == expected, path
    log = (tmp_path / "app").read_text(errors="replace")
    assert "debug_toolbar_core" not in log
    assert "ResourceWarning" not in log


@pytest.mark.slow
def test_nothing_is_left_open(tmp_path: Path) -> None:
    """A server that treats resource warnings as errors starts, serves and stops without one."""
    port, log = free_port(), tmp_path / "log"
    strict = [sys.executable, "-X", "dev", "-W", "error::ResourceWarning", *command("uvicorn-h11", port, "wrapped")[1:]]
    with log.open("wb") as output, subprocess.Popen(strict, stdout=output, stderr=output) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            server = Running(process, port, client)
            ready(server)
            assert server.get("/page").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in (0, -signal.SIGTERM)
    text = log.read_text(errors="replace")
    assert "Application shutdown complete" in text
    assert "Warning" not in text
    assert "Traceback" not in text
