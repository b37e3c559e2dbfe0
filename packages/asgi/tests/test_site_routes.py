"""The site's paths: which are ours, what they answer to, what every answer carries, and the page."""

from __future__ import annotations

import logging
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

import debug_toolbar_ui
from debug_toolbar_asgi.site import Site
from debug_toolbar_asgi.static import Static, accepts_gzip

PREFIX = "/_debug_toolbar"
CHANGE = {"x-debug-toolbar": "1"}


def scope(path: str, root: str = "", kind: str = "http") -> dict[str, Any]:
    """Return a scope with this path."""
    return {"type": kind, "path": path, "root_path": root, "method": "GET", "headers": []}


@pytest.mark.parametrize(
    ("path", "root", "rest"),
    [
        (PREFIX, "", "/"),
        (f"{PREFIX}/", "", "/"),
        (f"{PREFIX}/api/records", "", "/api/records"),
        (f"/api{PREFIX}/api/live", "/api", "/api/live"),
        (f"{PREFIX}/api/live", "/api", "/api/live"),
        (f"/api{PREFIX}", "/api", "/"),
        ("/", "", None),
        ("", "", None),
        (f"{PREFIX}x", "", None),
        (f"/{PREFIX}/", "", None),
        (f"/x{PREFIX}/", "", None),
        (f"/apix{PREFIX}/", "/api", None),
        (f"{PREFIX}/x", PREFIX, None),
        ("/_DEBUG_TOOLBAR/", "", None),
        ("/%5Fdebug_toolbar/", "", None),
        (f"{PREFIX}%2Fapi", "", None),
        (f"{PREFIX};x=1/api", "", None),
        (f"{PREFIX}/;x/api", "", None),
        (f"{PREFIX}//api/records", "", None),
        (f"{PREFIX}/./api", "", None),
        (f"{PREFIX}/..", "", None),
        (f"{PREFIX}/static/../api", "", None),
        (f"{PREFIX}/static\\..\\api", "", None),
        (f"/.{PREFIX}/", "", None),
    ],
)
def test_which_paths_are_ours(site: Site, path: str, root: str, rest: str | None) -> None:
    """Only the plain path under the prefix is ours; the application gets what merely resembles it."""
    assert site.path(scope(path, root)) == rest


def test_asking_is_cheap(site: Site) -> None:
    """The question that every request pays for costs no more than some lines of Python."""
    asked = scope("/books/12")

    def lines() -> int:
        one = 1
        two = one + one
        three = two + one
        four = three + one
        return four + one

    asking, counting = (min(timeit.repeat(work, number=10_000, repeat=5)) for work in (lambda: site.path(asked), lines))
    assert asking < 6 * counting


async def test_every_route_answers(client: httpx.AsyncClient, site: Site, recorded: Callable[..., str]) -> None:
    """Each route of the table is served, and to HEAD as to GET but for the body."""
    names = {"{panel}": "work", "{action}": "explain", "{name}": "third-party-licenses.txt"}
    for route in site.routes.table:
        path = route.path.replace("{id}", recorded())
        for name, value in names.items():
            path = path.replace(name, value)
        if route.method == "POST":
            body = {"index": 1} if "actions" in path else {"panels": []}
            assert (await client.post(path, json=body, headers=CHANGE)).status_code == 200, path
            continue
        head = await client.head(path)
        assert head.content == b""
        if path not in ("/api/live", "/login"):  # a stream, and what needs the token
            answer = await client.get(path)
            assert (answer.status_code, head.status_code) == (200, 200), path
            assert head.headers["content-length"] == answer.headers["content-length"]
        assert head.headers["x-content-type-options"] == "nosniff"


async def test_wrong_method(client: httpx.AsyncClient) -> None:
    """A method that a path does not answer to is told those that it does."""
    for method, path, allow in (
        ("POST", "/api/records", "GET, HEAD"),
        ("DELETE", "/api/records/x", "GET, HEAD"),
        ("OPTIONS", "/api/live", "GET, HEAD"),
        ("GET", "/api/records/clear", "POST"),
        ("GET", "/api/demand", "POST"),
        ("PUT", "/", "GET, HEAD"),
    ):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)
        assert answer.json()["error"]["code"] == "method_not_allowed"


async def test_every_answer_is_guarded(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """No answer may be read by another site, framed, sniffed, or kept, and the page runs only our scripts (R71)."""
    id = recorded()
    for path in ("/", "/api/records", f"/api/records/{id}", "/api/nope", "/api/panels", "/login", "/static/x"):
        headers = (await client.get(path)).headers
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert not [name for name in headers if name.startswith("access-control")]
    policy = (await client.get("/")).headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert part in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


async def test_page(client: httpx.AsyncClient) -> None:
    """The page loads the dashboard of this build and holds no data; its title is escaped."""
    answer = await client.get("/")
    script = debug_toolbar_ui.manifest()["dashboard.js"]
    tag = f'<script type="module" src="{PREFIX}/static/{script}" data-prefix="{PREFIX}"></script>'
    assert tag in answer.text
    assert "<title>Book &lt;shop&gt; · Debug Toolbar</title>" in answer.text
    assert "<debug-toolbar-dashboard></debug-toolbar-dashboard>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_page_under_a_root_path(site: Site) -> None:
    """Behind a proxy or in a mount the page's links begin where the browser sees the application."""
    transport = httpx.ASGITransport(site, root_path='/a"b', client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get(f"{PREFIX}/")
    assert f'data-prefix="/a%22b{PREFIX}"' in answer.text


async def test_without_a_front_end(client: httpx.AsyncClient, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the front end is not built the page says how to, and the API works."""

    def missing() -> Any:
        raise debug_toolbar_ui.FrontEndMissing(Path("static"))

    monkeypatch.setattr(debug_toolbar_ui, "manifest", missing)
    monkeypatch.setattr(debug_toolbar_ui, "files", missing)
    page = await client.get("/")
    assert page.status_code == 503
    assert "npm run build" in page.text
    assert (await client.get("/static/bar.js")).status_code == 404
    assert (await client.get("/api/records")).status_code == 200


async def test_login(visit: Callable[..., httpx.AsyncClient]) -> None:
    """The token in the login URL becomes a cookie, which then opens the API from elsewhere."""
    async with visit("192.168.1.7") as client:
        assert (await client.get("/api/records")).status_code == 403
        answer = await client.get("/login?token=t0ken")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PREFIX}/")
        assert answer.headers.get_list("content-length") == ["0"]
        assert "t0ken" not in answer.headers["set-cookie"]
        assert (await client.get("/api/records")).status_code == 200
    async with visit("192.168.1.7") as stranger:
        wrong = await stranger.get("/login?token=wrong")
        assert (wrong.status_code, wrong.headers["content-type"]) == (403, "text/plain; charset=utf-8")
        assert "login URL" in wrong.text


async def test_static_files(site: Site, client: httpx.AsyncClient, tmp_path: Path) -> None:
    """Each file comes with its type, for a year when its name has a hash, compressed if accepted."""
    for name, kind, kept in (
        ("bar-ABCD2345.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("look-ABCD2345.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
        ("licences.txt", "text/plain; charset=utf-8", "no-store"),
    ):
        content = name.encode() * 100
        (tmp_path / name).write_bytes(content)
        site.static._files = {name: tmp_path / name}
        for _ in range(2):  # read, and kept
            packed = await client.get(f"/static/{name}")
            plain = await client.get(f"/static/{name}", headers={"accept-encoding": "gzip;q=0"})
            assert packed.content == plain.content == content
            assert packed.headers["content-encoding"] == "gzip"
            assert "content-encoding" not in plain.headers
            assert packed.headers["vary"] == "accept-encoding"
            assert (packed.headers["content-type"], packed.headers["cache-control"]) == (kind, kept)


async def test_front_end_is_served(client: httpx.AsyncClient, site: Site) -> None:
    """The scripts that the page and the bar name are there."""
    debug_toolbar_ui.manifest.cache_clear()  # both as they are now: a build may run beside the tests
    debug_toolbar_ui.files.cache_clear()
    for name in debug_toolbar_ui.manifest().values():
        assert name in site.static.files
        assert (await client.head(f"/static/{name}")).headers["content-type"].startswith("text/")


async def test_static_file_gone(site: Site, client: httpx.AsyncClient, tmp_path: Path) -> None:
    """A file that a rebuild took away is unknown, and one of an unknown type is just bytes."""
    (tmp_path / "there.bin").write_bytes(b"1")
    files = {"gone-ABCDEFGH.js": tmp_path / "gone-ABCDEFGH.js", "there.bin": tmp_path / "there.bin"}
    site.static._files = files
    assert (await client.get("/static/gone-ABCDEFGH.js")).status_code == 404
    assert (await client.get("/static/there.bin")).headers["content-type"] == "application/octet-stream"


TRAVERSAL = [
    prefix + name
    for prefix in ("", "/", "../", "..%2f", "%2e%2e/", "..%5c", "....//", "./", "%00", "static/", "~/", "c:%5c")
    for name in ("manifest.json", ".stamp", "__init__.py", "etc/passwd", "%2fetc%2fpasswd", "bar.js%00.txt", "..", "")
]


async def test_traversal(client: httpx.AsyncClient, site: Site) -> None:
    """No name but one of the dictionary is a file, however it is written (R67)."""
    for name in TRAVERSAL:
        for path in (f"{PREFIX}/static/{name}", unquote(f"{PREFIX}/static/{name}")):
            if site.path(scope(path)) is not None:  # else the application's, and nothing of ours is behind it
                await unknown_file(client, path)


async def unknown_file(client: httpx.AsyncClient, path: str) -> None:
    """Ask for a path as it is: a client would tidy it up before."""
    raw = quote(path.encode(), safe="/%").encode() if "%" not in path else path.encode()
    answer = await client.get(httpx.URL("http://localhost").copy_with(raw_path=raw))
    assert answer.status_code == 404, path
    assert answer.json()["error"]["code"] in ("file_unknown", "path_unknown")


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (b"gzip", True),
        (b"br, GZIP;q=0.5", True),
        (b"gzip;q=0.1", True),
        (b"", False),
        (b"br", False),
        (b"gzip;q=0", False),
        (b"gzip; q=0.0, br", False),
    ],
)
def test_accepts_gzip(value: bytes, accepted: bool) -> None:
    """Compression is for those who say so."""
    assert accepts_gzip(value) is accepted
    assert Static({}).files == {}


async def test_description(client: httpx.AsyncClient, site: Site) -> None:
    """The OpenAPI document has every route, resolves its references, and names every path parameter."""
    document = (await client.get("/api/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"]
    assert document["servers"] == [{"url": PREFIX}]
    operations = {
        (path, method): operation for path, each in document["paths"].items() for method, operation in each.items()
    }
    assert set(operations) == {(route.path, route.method.lower()) for route in site.routes.table}
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)
    schemas = document["components"]["schemas"]
    for (path, method), operation in operations.items():
        parameters = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"]}
        named = {name.strip("{}") for name in path.split("/") if name.startswith("{")}
        assert {name for place, name in parameters if place == "path"} == named
        assert (("header", "X-Debug-Toolbar") in parameters) is (method == "post")
        assert {"default"} < set(operation["responses"])
        assert references(operation) <= set(schemas)


def references(value: Any) -> set[str]:
    """Return the names of the schemas that a document refers to."""
    if isinstance(value, dict):
        own = {value["$ref"].removeprefix("#/components/schemas/")} if "$ref" in value else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


async def test_answers_have_what_their_schemas_require(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """What the description requires of a record, a line, a menu's entry and a panel is there."""
    schemas = (await client.get("/api/openapi.json")).json()["components"]["schemas"]
    detail = (await client.get(f"/api/records/{recorded()}")).json()
    panels = (await client.get("/api/panels")).json()["panels"]
    fault = (await client.get("/api/records/0")).json()
    for name, value in (
        ("Record", detail["record"]),
        ("Summary", detail["summary"]),
        ("PanelEntry", detail["panels"][0]),
        ("PanelInfo", panels[0]),
        ("Block", detail["notices"][0]),
        ("Error", fault),
    ):
        assert set(schemas[name]["required"]) <= set(value), name


async def test_gone_client(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A client that left is no fault, and a send that fails is the server's line and not its crash."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def gone(message: Any) -> None:
        raise OSError("gone")

    async def broken(message: Any) -> None:
        raise RuntimeError("a server's bug")

    here = scope(f"{PREFIX}/api/panels") | {"client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost")]}
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        await site(here, receive, gone)
        assert not caplog.records
        for _ in range(2):
            await site(here, receive, broken)
    assert len(caplog.records) == 1
