"""R61: who may not see the toolbar gets the application's own bytes; R71: nothing of ours is framed or kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar

PAGE = b"<!doctype html><html><head><title>t</title></head><body><p>Hello</p></body></html>"
HEADERS = [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(PAGE)), (b"etag", b'"1"')]
NAVIGATION = {"accept": "text/html", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}


async def shop(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a page."""
    await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, (b"set-cookie", b"a=1")]})
    await send({"type": "http.response.body", "body": PAGE})


async def asked(app: Any, client: str = "127.0.0.1", host: str = "localhost:8000", **headers: str) -> httpx.Response:
    """Ask for the page as a browser would, from a client's address."""
    transport = httpx.ASGITransport(app=app, client=(client, 5123))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as browser:
        return await browser.get("/", headers={**NAVIGATION, **named})


@pytest.fixture
def watched() -> DebugToolbar:
    """The application with the toolbar."""
    return DebugToolbar(shop, ASGIConfig(panels=[]))


async def test_the_owner_sees_it(watched: DebugToolbar) -> None:
    """On one's own machine the page has the tag, so that the other tests say something."""
    answer = await asked(watched)
    assert b"data-record=" in answer.content
    assert "x-debug-toolbar-id" in answer.headers


@pytest.mark.parametrize(
    "who",
    [
        {"client": "192.168.1.20", "host": "192.168.1.5:8000"},
        {"client": "192.168.1.20"},
        {"client": "10.0.0.3", "host": "devbox.lan"},
        {"client": "172.17.0.9"},
        {"client": "::ffff:192.168.1.20"},
        {"host": "shop.example"},
        {"host": "localhost.evil.example"},
        {"x_forwarded_for": "203.0.113.9"},
        {"x_forwarded_for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1;host=localhost"},
        {"x_real_ip": "127.0.0.1"},
        {"x_forwarded_host": "abc.ngrok.app"},
        {"cf_connecting_ip": "203.0.113.9"},
        {"via": "1.1 proxy"},
    ],
    ids=lambda who: " ".join(f"{name}={value}" for name, value in who.items()),
)
async def test_a_stranger_gets_the_applications_bytes(watched: DebugToolbar, who: dict[str, str]) -> None:
    """From the LAN, through a tunnel or a proxy, status, headers and body are those of the bare application."""
    with_it, bare = await asked(watched, **who), await asked(shop, **who)
    assert with_it.status_code == bare.status_code
    assert with_it.headers.raw == bare.headers.raw
    assert with_it.content == bare.content
    assert watched.toolbar is not None
    assert len(await watched.toolbar.store.recent(10)) == 1, "it is recorded all the same"


@pytest.mark.parametrize(
    "path", ["/", "/login?token=x", "/api/records", "/api/records/app", "/api/panels", "/static/none.js", "/nowhere"]
)
async def test_every_answer_refuses_frames_caches_and_other_origins(watched: DebugToolbar, path: str) -> None:
    """Each answer of ours, refusals too, says no-store, same-origin and no frame, and none allows an origin."""
    transport = httpx.ASGITransport(app=watched)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        for host in ("localhost:8000", "evil.test"):
            answer = await browser.get(f"/_debug_toolbar{path}", headers={"host": host, "origin": f"http://{host}"})
            policy = answer.headers.get("content-security-policy", "")
            assert "frame-ancestors 'none'" in policy or answer.headers["x-frame-options"] == "DENY"
            assert "no-store" in answer.headers["cache-control"] or "immutable" in answer.headers["cache-control"]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            if host == "evil.test":
                assert answer.status_code == 403
                assert "set-cookie" not in answer.headers
