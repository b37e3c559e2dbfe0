"""R54 to R57 and R71, with Chromium: what another website can do to the toolbar of who visits it: nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_tests.browsing import Watch

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def blank(scope: Any, receive: Any, send: Any) -> None:
    """Answer with an empty page."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<!doctype html><link rel=icon href=data:,><body>"})


ATTACKS = """async ({ base, id }) => {
  const seen = {}; const api = `${base}/_debug_toolbar/api`;
  const read = async (name, go) => { try { seen[name] = await go(); } catch { seen[name] = null; } };
  const text = async (url, options) => { const answer = await fetch(url, options);
    return answer.type === "opaque" ? null : answer.text(); };
  const loads = (tag, name, url) => new Promise((done) => { const made = document.createElement(tag);
    made.onload = () => done("loaded"); made.onerror = () => done(null); made[name] = url; document.body.append(made);
    setTimeout(() => done(null), 500); });
  await Promise.all([
    read("fetch", () => text(`${api}/records`)),
    read("fetch with cookies", () => text(`${api}/records`, { credentials: "include" })),
    read("no-cors", () => text(`${api}/records`, { mode: "no-cors" })),
    read("xhr", () => new Promise((done, fail) => { const x = new XMLHttpRequest();
      x.onload = () => done(x.responseText); x.onerror = fail; x.open("GET", `${api}/records/${id}`); x.send(); })),
    read("script", () => loads("script", "src", `${api}/records`)),
    read("bar script", () => loads("script", "src", `${base}/_debug_toolbar/api/openapi.json`)),
    read("image", () => loads("img", "src", `${api}/records`)),
    read("style", () => loads("link", "href", `${api}/records`)),
    read("frame", () => new Promise((done) => { const f = document.createElement("iframe");
      f.src = `${base}/_debug_toolbar/`;
      f.onload = () => { try { done(f.contentDocument.body.innerHTML); } catch { done(null); } };
      document.body.append(f); setTimeout(() => done(null), 500); })),
    read("events", () => new Promise((done) => { const e = new EventSource(`${api}/live`);
      e.onopen = () => done("open");
      e.onmessage = () => done("message"); e.onerror = () => { e.close(); done(null); }; })),
    read("socket", () => new Promise((done) => { const s = new WebSocket(`${api.replace("http", "ws")}/live`);
      s.onopen = () => done("open"); s.onerror = () => done(null); })),
  ]);
  return seen; }"""

CHANGES = """async ({ base }) => {
  const clear = `${base}/_debug_toolbar/api/records/clear`;
  navigator.sendBeacon(clear, "{}");
  navigator.sendBeacon(clear, new Blob(["{}"], { type: "text/plain" }));
  const ours = { "x-debug-toolbar": "1" };
  const tries = [
    fetch(clear, { method: "POST", body: "{}", mode: "no-cors" }),
    fetch(clear, { method: "POST", body: "{}", headers: { "content-type": "text/plain" }, mode: "no-cors" }),
    fetch(clear, { method: "POST", body: "{}", headers: { "content-type": "application/json", ...ours } }),
    fetch(clear, { method: "POST", body: "{}", credentials: "include", headers: ours }),
    fetch(clear, { mode: "no-cors" }), fetch(`${clear}?x-debug-toolbar=1`, { method: "PUT" }),
  ];
  const form = (target, attributes) => new Promise((done) => { const f = document.createElement("iframe");
    f.name = target; Object.entries(attributes).forEach((pair) => f.setAttribute(...pair)); document.body.append(f);
    const made = document.createElement("form"); made.method = "post"; made.action = clear; made.target = target;
    made.enctype = "text/plain"; document.body.append(made); made.submit(); setTimeout(done, 400); });
  await Promise.all([form("plain", {}), form("sandboxed", { sandbox: "allow-forms" })]);
  return (await Promise.allSettled(tries)).map((each) => each.status === "fulfilled" && each.value.type === "cors"
    ? each.value.status : null); }"""


def records(url: str) -> list[Any]:
    """Return the list of records, as their owner reads it."""
    with urlopen(f"{url}/_debug_toolbar/api/records") as answer:
        return list(json.load(answer)["records"])


def clear(url: str) -> None:
    """Forget all records, as their owner does."""
    own = Request(f"{url}/_debug_toolbar/api/records/clear", b"{}", {"X-Debug-Toolbar": "1"}, method="POST")
    with urlopen(own) as answer:
        assert answer.status == 200


@pytest.fixture
def victim(server: Callable[[Any], str]) -> str:
    """Where an application with the toolbar and one record runs."""
    url = server(DebugToolbar(blank, ASGIConfig(panels=[])))
    with urlopen(f"{url}/secret-page") as answer:
        answer.read()
    assert [record["path"] for record in records(url)] == ["/secret-page"]
    return url


def names(url: str) -> list[str]:
    """Return the names under which the victim can be reached."""
    port = url.rsplit(":", 1)[1]
    return [url, f"http://localhost:{port}", f"http://app.localhost:{port}", f"http://devbox.test:{port}"]


async def attacker(page: Page, watch: Watch, server: Callable[[Any], str], host: str) -> None:
    """Open the attacker's own page, of another site or of another port of this machine."""
    watch.expected += ["Failed to load", "blocked by CORS", "WebSocket", "Refused to", "MIME type", "Failed to fetch"]
    watch.expected += ["ERR_", "Content Security Policy", "preflight", "EventSource", "X-Frame-Options"]
    url = server(blank)
    await page.goto(f"http://{host}:{url.rsplit(':', 1)[1]}/")


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "localhost"])
async def test_another_site_reads_nothing(
    page: Page, watch: Watch, server: Callable[[Any], str], victim: str, host: str
) -> None:
    """Neither fetch, tag, frame, stream nor socket tells another site anything, whatever name it uses."""
    await attacker(page, watch, server, host)
    [record] = records(victim)
    for base in names(victim):
        seen = await page.evaluate(ATTACKS, {"base": base, "id": record["id"]})
        assert {name: value for name, value in seen.items() if value} == {}, base


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1"])
async def test_another_site_changes_nothing(
    page: Page, watch: Watch, server: Callable[[Any], str], victim: str, host: str
) -> None:
    """Forms, beacons and posts of another site, sandboxed or not, clear nothing; the owner's own post does."""
    await attacker(page, watch, server, host)
    for base in names(victim):
        assert not any(await page.evaluate(CHANGES, {"base": base})), base
    assert [each["path"] for each in records(victim) if each["path"] == "/secret-page"] == ["/secret-page"]
    clear(victim)
    assert records(victim) == []


async def test_a_rebound_name_gets_nothing(page: Page, watch: Watch, victim: str) -> None:
    """A name of somebody else that was made to lead here is refused everywhere, same-origin as it then is."""
    watch.expected += ["403", "Failed to load"]
    base = f"http://evil.test:{victim.rsplit(':', 1)[1]}"
    await page.goto(f"{base}/")
    assert await page.locator("debug-toolbar").count() == 0
    assert await page.locator("script[data-record]").count() == 0
    [*_, record] = records(victim)
    paths = [
        "/",
        "/login",
        "/api/records",
        f"/api/records/{record['id']}",
        "/api/panels",
        "/api/openapi.json",
        "/api/live",
    ]
    told = await page.evaluate(
        "(paths) => Promise.all(paths.map((path) => fetch(`/_debug_toolbar${path}`).then(async (a) =>"
        " [a.status, (await a.text()).includes('secret-page'), a.headers.get('set-cookie')])))",
        paths,
    )
    assert told == [[403, False, None]] * len(paths)
    post = "fetch('/_debug_toolbar/api/records/clear', {method: 'POST', body: '{}', headers: {'x-debug-toolbar': '1'}})"
    assert await page.evaluate(f"{post}.then((answer) => answer.status)") == 403
    assert records(victim)
