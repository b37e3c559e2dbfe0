"""Access: no route without the gate, whatever is asked in whatever way."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from debug_toolbar_asgi.config import ASGIConfig
from debug_toolbar_asgi.gate import Gate
from debug_toolbar_asgi.site import Site
from debug_toolbar_core import Toolbar

PREFIX = "/_debug_toolbar"
OWN_ROWS: list[dict[str, Any]] = [
    {"name": "localhost", "request": {}, "allowed": True},
    {"name": "rebinding", "request": {"host": "evil.example:8000"}, "allowed": False},
    {"name": "two hosts", "request": {"host": ["localhost", "evil.example"]}, "allowed": False},
    {"name": "cross-site", "request": {"headers": {"sec-fetch-site": "cross-site"}}, "allowed": False},
    {"name": "null", "request": {"headers": {"origin": "null"}}, "allowed": False},
    {"name": "LAN", "request": {"client": "192.168.1.7"}, "allowed": False},
    {"name": "tunnel", "request": {"headers": {"x-forwarded-for": "1.2.3.4"}}, "allowed": False},
]


def rows() -> list[dict[str, Any]]:
    """Return the rows about reading data of the table beside the repository, and some of our own."""
    found = (parent.parent / "shared/data/access_cases.json" for parent in Path(__file__).resolve().parents)
    table = next((path for path in found if path.is_file()), None)
    shared = json.loads(table.read_text("utf-8"))["requests"] if table else []
    return OWN_ROWS + [row for row in shared if row["request"].get("kind", "data") == "data"]


def scope_of(request: dict[str, Any], path: str, method: str, kind: str = "http") -> dict[str, Any]:
    """Return the scope of a row's request to a path; a change carries the header it needs."""
    host = request.get("host", "localhost:8000")
    hosts = [] if host is None else host if isinstance(host, list) else [host]
    values = [value["latin1"] if isinstance(value, dict) else value for value in hosts]
    pairs = [("host", value) for value in values] + list(request.get("headers", {}).items())
    if method == "POST":
        pairs.append(("x-debug-toolbar", "1"))
    client = request.get("client", "127.0.0.1")
    return {
        "type": kind,
        "method": method,
        "path": PREFIX + path,
        "scheme": request.get("scheme", "http"),
        "query_string": b"",
        "client": None if client is None else (client, 50123),
        "server": ("127.0.0.1", request.get("port", 8000)),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
    }


async def ask(site: Site, scope: dict[str, Any], body: bytes = b"") -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask the site once and return status, headers and body; a stream is left after its first bytes."""
    sent: list[Any] = []
    came = [{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return came.pop(0) if len(came) > 1 else came[0]

    async def send(message: Any) -> None:
        sent.append(message)

    await site(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), content


def config_of(row: dict[str, Any]) -> ASGIConfig:
    """Return a row's settings."""
    return ASGIConfig(panels=[], **({"container_gateway": ""} | row.get("config", {})))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"])
async def test_no_route_without_the_gate(row: dict[str, Any]) -> None:
    """Each route of the table lets in and refuses as the table of cases says (R53, R54, R57, R58)."""
    config = config_of(row)
    toolbar = Toolbar(config)
    site = Site(toolbar, Gate(config.gate(), row.get("environment", {}), config.prefix), config)
    with toolbar.capture("http") as record:
        record.tags["secret-mark"] = "data-of-the-record"
    for route in site.routes.table:
        if route.kind in ("page", "login"):  # these answer to a link from elsewhere too; no data is in them
            continue
        path = route.path.replace("{id}", record.id)
        status, headers, content = await ask(site, scope_of(row["request"], path, route.method))
        assert (status != 403) is row["allowed"], route.path
        if not row["allowed"]:
            told = json.loads(content)["error"]
            assert told["code"] == "refused"
            assert told["message"]
            assert b"data-of-the-record" not in content
            assert b"set-cookie" not in headers
            assert not [name for name in headers if name.startswith(b"access-control")]


async def test_unknown_paths_are_guarded_too(visit: Callable[..., httpx.AsyncClient]) -> None:
    """A stranger learns nothing of which paths, methods and files there are."""
    async with visit("192.168.1.7") as client:
        for method, path in (("GET", "/nope"), ("PUT", "/api/records"), ("GET", "/static/x"), ("OPTIONS", "/")):
            answer = await client.request(method, path)
            assert answer.status_code == 403
            assert answer.json()["error"]["setting"] == "token"
            assert "login URL" in answer.json()["error"]["hint"]


async def test_refusals_name_the_setting(visit: Callable[..., httpx.AsyncClient]) -> None:
    """A refusal says what was refused and which setting allows it, on the page as plain text."""
    async with visit(base="http://evil.example") as client:
        for path in ("/api/records", "/api/live", "/static/x"):
            told = (await client.get(path)).json()["error"]
            assert "evil.example" in told["message"]
            assert told["setting"] == "allowed_hosts"
            assert "DEBUG_TOOLBAR_ALLOWED_HOSTS" in told["hint"]
        page = await client.get("/")
        assert (page.status_code, page.headers["content-type"]) == (403, "text/plain; charset=utf-8")
        assert "allowed_hosts" in page.text
    async with visit() as client:
        told = (await client.get("/api/records", headers={"origin": "http://evil.example"})).json()["error"]
        assert told["setting"] == "allowed_origins"


async def test_page_may_be_linked_to(client: httpx.AsyncClient) -> None:
    """A link from another site leads to the page, which has no data, and to nothing else."""
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert (await client.get("/", headers=link)).status_code == 200
    assert (await client.get("/api/records", headers=link)).status_code == 403
    assert (await client.get("/", headers=link | {"sec-fetch-dest": "iframe"})).status_code == 403


CHANGES = ["/api/records/clear", "/api/demand", "/api/records/{id}/panels/work/actions/explain"]
SAME = {"origin": "http://localhost"}


@pytest.mark.parametrize("path", CHANGES)
async def test_only_a_post_with_the_header_changes(
    client: httpx.AsyncClient, toolbar: Toolbar, recorded: Callable[..., str], path: str
) -> None:
    """Forms, beacons, sandboxed frames, preflights and GETs change nothing (R56)."""
    id = recorded()
    path = path.replace("{id}", id)
    body = json.dumps({"panels": ["profile"]} if path == "/api/demand" else {"index": 7}).encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    for method, headers in (
        ("POST", form),
        ("POST", {"content-type": "text/plain;charset=UTF-8"}),
        ("POST", {"content-type": "application/json", **SAME}),
        ("POST", {"x-debug-toolbar": "0"}),
        ("POST", {"x-debug-toolbar": "1", "origin": "null"}),
        ("POST", {"x-debug-toolbar": "1", "origin": "http://evil.example"}),
        ("POST", {"x-debug-toolbar": "1", "sec-fetch-site": "cross-site"}),
        ("GET", {"x-debug-toolbar": "1"}),
        ("PUT", {"x-debug-toolbar": "1"}),
        ("OPTIONS", {"access-control-request-method": "POST", "origin": "http://evil.example"}),
    ):
        answer = await client.request(method, path, headers=headers, content=body)
        assert answer.status_code in (403, 404, 405), (method, headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert (await toolbar.load(id)).data["work"] == {"rows": 23}
    assert not [panel for panel in toolbar.demand.collecting("http") if panel.on_demand]
    answer = await client.post(path, headers={"x-debug-toolbar": "1", **SAME}, content=body)
    assert answer.status_code == 200


@pytest.mark.parametrize("origin", [None, "http://localhost:8000", "http://evil.example", "null"])
async def test_websockets_are_closed_before_they_open(site: Site, origin: str | None) -> None:
    """No websocket opens under the prefix, and the reason says why (R57)."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    request = {"headers": {"origin": origin} if origin else {}}
    await site(scope_of(request, "/api/live", "GET", "websocket"), receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
    refused = origin in ("http://evil.example", "null")
    assert ("Origin" in sent[0]["reason"]) is refused
    assert len(sent[0]["reason"].encode()) <= 123


PIECES = ["/", "..", ".", "//", ";", "%", "%00", "\x00", "\n", "\r\n", "\ud800", "\udcff", "é", "𝒳", "a" * 300, " "]
PIECES += ["api", "records", "panels", "actions", "app", "static", "live", "work", "explain", "{id}"]
PIECES += ["'", '"', "<", "\\", "~"]


async def test_fuzzed_paths(site: Site, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """No path, id, query or method under the prefix is ever a 5xx (R62, R63)."""
    recorded()
    chance = random.Random(63)
    for _ in range(4_000):
        path = "/" + "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 6)))
        if chance.random() < 0.7:
            path = chance.choice(["/api/records/", "/static/", "/api/"]) + path[1:]
        scope = scope_of({}, path, chance.choice(["GET", "GET", "POST", "HEAD", "get", "", "BREW"]))
        scope["query_string"] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 12)))
        scope["query_string"] = chance.choice([b"limit=", b"before=", b"q=", b""]) + scope["query_string"]
        if site.path(scope) is None or site.path(scope) == "/api/live":
            continue
        status, _, _ = await ask(site, scope, b"{}")
        assert status < 500, (path, scope["query_string"])


async def test_fuzzed_headers(site: Site) -> None:
    """No Host, Origin or Cookie is ever a 5xx (R63)."""
    chance = random.Random(64)
    for _ in range(3_000):
        scope = scope_of({}, "/api/panels", "GET")
        value = bytes(chance.randrange(256) for _ in range(chance.randint(0, 30)))
        scope["headers"] += [(chance.choice([b"host", b"origin", b"cookie", b"accept-encoding"]), value)]
        if chance.random() < 0.5:
            scope["headers"] = scope["headers"][1:]
        status, _, _ = await ask(site, scope)
        assert status < 500


@pytest.mark.parametrize("text", ["localhost%2f", "localhost:0", "[::1", "a" * 300, "", "@", "localhost,evil", "é"])
async def test_odd_hosts(visit: Callable[..., httpx.AsyncClient], text: str) -> None:
    """A Host that is none is refused in words."""
    async with visit() as client:
        answer = await client.get("/api/records", headers=[("host", text.encode("utf-8"))])
    assert answer.status_code == 403
    assert "Host" in answer.json()["error"]["message"]
