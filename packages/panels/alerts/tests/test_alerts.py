"""Alerts: each check finds what it is for and leaves the rest alone; the list has every panel's notices once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from debug_toolbar_alerts import AlertsPanel
from debug_toolbar_alerts.panel import CHECKS
from debug_toolbar_core import Application, Config, ConfigurationError, Panel, Record, Route, Source, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Section, Table, walk
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.record import Kind
from debug_toolbar_core.views import Shown
from debug_toolbar_headers import HeadersPanel

SOURCE = Source("/app/views.py", 48, "show")
HTML = ("content-type", "text/html; charset=utf-8")
SAFE = [
    HTML,
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000"),
]
PUBLIC: dict[str, Any] = {"scheme": "https", "url": "https://shop.example.com/cart"}
LOCAL: dict[str, Any] = {"scheme": "http", "url": "http://localhost:8000/cart"}
FORM = "application/x-www-form-urlencoded"


def page(text: str, content_type: str = "text/html") -> Body:
    """Return a body as it was captured."""
    return Body(len(text.encode()), len(text.encode()), content_type, content=text.encode())


def form(text: str, content_type: str = FORM) -> dict[str, Any]:
    """Return what belongs to a request that sends a form."""
    return {"method": "POST", "headers": [("content-type", content_type)], "body": page(text, content_type)}


class Debugging(Application):
    """An application in debug mode."""

    debug = True


def shown(
    request: dict[str, Any],
    response: dict[str, Any],
    *panels: Panel,
    alerts: AlertsPanel | None = None,
    app: Application | None = None,
    kind: Kind = "http",
    summary: bool = False,
) -> Any:
    """Return what the alerts panel shows of an exchange, or the record's line."""

    async def run() -> Any:
        tools = Toolbar(Config(panels=[alerts or AlertsPanel(), *panels], strict=True))
        tools.start(app or Application())
        with tools.capture(kind) as record:
            answer = Response(**{"status": 200, "headers": SAFE, "complete": True, **response})
            record.wire = Plain(Request(**{"path": "/cart", **request}), answer)
            record.route = Route("/cart", source=SOURCE)
        loaded = await tools.load(record.id)
        return await tools.summary(record.id) if summary else tools.shown(loaded)[0]

    return asyncio.run(run())


def found(request: dict[str, Any], response: dict[str, Any], **options: Any) -> list[tuple[str, str | None]]:
    """Return the levels and labels of the panel's own notices."""
    view: Shown = shown(request, response, **options)
    return [(notice.level, notice.label) for notice in view.notices]


def test_a_sound_page_gives_nothing_to_act_on() -> None:
    """A page with its headers, of a public host over https, is greyed and says what would be here."""
    view = shown(PUBLIC, {})
    assert (view.notices, view.badge, view.level) == ([], None, None)
    (table,) = view.blocks
    assert isinstance(table, Table)
    assert table.empty.startswith("Nothing to act on.")


@pytest.mark.parametrize(
    ("request_", "headers", "expected"),
    [
        (PUBLIC, [HTML], [("warning", "security headers")]),
        (LOCAL, [HTML], [("info", "security headers")]),
        (LOCAL, SAFE[:3], []),
        (PUBLIC, SAFE[:3], [("warning", "security headers")]),
        (PUBLIC, [HTML, ("x-frame-options", "DENY"), *SAFE[2:], ("content-security-policy", "default-src x")], []),
        (PUBLIC, [("content-type", "application/json")], []),
    ],
)
def test_missing_security_headers(request_: Any, headers: Any, expected: Any) -> None:
    """Asked of pages only; HSTS only where https is public; `frame-ancestors` stands for the older header."""
    assert found(request_, {"headers": headers}) == expected


@pytest.mark.parametrize("status", [302, 404, 500])
def test_redirects_and_errors_are_no_pages(status: int) -> None:
    """What protects a page is not asked of them."""
    assert found(PUBLIC, {"headers": [HTML], "status": status}) == []


@pytest.mark.parametrize(
    ("request_", "cookie", "expected"),
    [
        (PUBLIC, "session=x; HttpOnly; Secure; SameSite=Lax", []),
        (PUBLIC, "session=x", [("warning", "cookies"), ("info", "cookie without SameSite")]),
        (LOCAL, "session=x; SameSite=Lax", [("info", "cookies")]),
        (LOCAL, "session=x; HttpOnly; SameSite=Strict", []),
        (PUBLIC, "theme=dark; SameSite=Lax", [("warning", "cookies")]),
        (LOCAL, "theme=dark; SameSite=Lax", []),
        (LOCAL, "theme=dark", [("info", "cookie without SameSite")]),
        (PUBLIC, "session=; Max-Age=0", []),
    ],
)
def test_cookies_without_protection(request_: Any, cookie: str, expected: Any) -> None:
    """Each missing attribute is told, where it protects; deletions need none."""
    assert found(request_, {"headers": [*SAFE, ("set-cookie", cookie)]}) == expected


def test_many_cookies_are_one_notice() -> None:
    """They are listed, the first of them by name."""
    many = [("set-cookie", f"session{n}=x; SameSite=Lax") for n in range(6)]
    (notice,) = shown(LOCAL, {"headers": [*SAFE, *many]}).notices
    assert notice.text.endswith("`session3` has no `HttpOnly` and 2 more")


@pytest.mark.parametrize(
    ("request_", "response", "expected"),
    [
        (form("book=7"), {}, []),
        ({**form("book=7"), "cookies": [("session", "x")]}, {}, ["info"]),
        ({**form("book=7"), "cookies": [("session", "x")], **PUBLIC}, {}, ["warning"]),
        ({**form("book=7&csrf_token=8f"), "cookies": [("session", "x")]}, {}, []),
        ({**form("book=7&_xsrf=8f"), "cookies": [("session", "x")]}, {}, []),
        ({**form("book=7"), "cookies": [("csrftoken", "x")]}, {}, []),
        ({**form("book=7"), "cookies": [("session", "x")], "query": [("csrf", "8f")]}, {}, []),
        ({**form("book=7"), "cookies": [("session", "x")]}, {"status": 403}, []),
        ({**form("book=7"), "cookies": [("s", "x")]}, {"headers": [*SAFE, ("set-cookie", "s=x; SameSite=Lax")]}, []),
        ({**form("{}", "application/json"), "cookies": [("session", "x")]}, {}, []),
        ({**form("a", "text/plain"), "cookies": [("session", "x")]}, {}, ["info"]),
        ({**form("book=7"), "method": "GET", "cookies": [("session", "x")]}, {}, []),
        ({"method": "POST", "cookies": [("session", "x")]}, {}, ["info"]),
        ({**form("a=1"), "headers": [("content-type", FORM), ("sec-fetch-site", "cross-site")]}, {}, ["error"]),
        ({**form("a=1"), "headers": [("content-type", FORM), ("origin", "https://evil.example")]}, {}, ["error"]),
        ({**form("a=1"), "headers": [("content-type", FORM), ("origin", "http://shop.test")]}, {}, []),
        ({**form("a=1"), "headers": [("content-type", FORM), ("origin", "null")]}, {}, []),
        (
            {**form("a"), "headers": [("content-type", FORM), ("origin", "null")], "cookies": [("s", "1")]},
            {},
            ["error"],
        ),
        ({**form("a=1"), "headers": [("content-type", FORM), ("origin", "http://[")]}, {}, []),
        ({**form("a=1"), "headers": [("x-csrf-token", "1"), ("content-type", FORM)], "cookies": [("s", "1")]}, {}, []),
    ],
)
def test_forms_that_another_site_could_send(request_: Any, response: Any, expected: list[str]) -> None:
    """Accepted with a cookie and no proof is told; from another site it is an error; a token or SameSite protects."""
    told = found({"url": "http://shop.test/cart", **request_}, response)
    assert told == [(level, "forged forms") for level in expected]


@pytest.mark.parametrize(
    ("response", "body", "expected"),
    [
        ({"size": 1_000_001, "headers": [("content-type", "application/json")]}, None, ["large body"]),
        ({"size": 1_000_000, "headers": [("content-type", "application/json")]}, None, []),
        ({"size": 2_000_000, "headers": [("content-type", "video/mp4")]}, None, []),
        ({"size": 2_000_000, "headers": [("content-type", "image/png")]}, None, ["large body"]),
        ({"size": 2_000_000, "headers": [("content-disposition", "Attachment; filename=x")]}, None, []),
        ({}, Body(2_000_000, 10, "application/json"), ["large body"]),
        ({}, Body(20, 10, "application/json"), []),
    ],
)
def test_large_bodies(response: Any, body: Any, expected: list[str]) -> None:
    """Past the option `large`; downloads and media are as large as they are."""
    assert [label for _, label in found({**LOCAL, "body": body}, response)] == expected


@pytest.mark.parametrize(
    ("content_type", "size", "encoding", "accepts", "expected"),
    [
        ("application/json", 30_000, None, "gzip, br", True), ("application/json", 29_999, None, "gzip", False),
        ("application/json", 90_000, "gzip", "gzip", False), ("application/json", 90_000, None, "identity", False),
        ("application/json", 90_000, None, "", False), ("image/png", 90_000, None, "gzip", False),
        ("image/svg+xml", 90_000, None, "gzip", True), ("text/event-stream", 90_000, None, "gzip", False),
        ("application/problem+json", 90_000, None, "br", True), ("text/css", 90_000, None, "zstd", True),
    ],
)  # fmt: skip
def test_texts_that_went_out_uncompressed(
    content_type: str, size: int, encoding: str | None, accepts: str, expected: bool
) -> None:
    """Long texts, where the client understands compression, that are no streams."""
    asked = {**LOCAL, "headers": [("accept-encoding", accepts)]}
    response = {"size": size, "headers": [("content-type", content_type)], "encoding": encoding}
    assert [label for _, label in found(asked, response)] == (["uncompressed"] if expected else [])


def test_what_compression_would_save_is_told() -> None:
    """Measured on what was kept of the text."""
    asked = {**LOCAL, "headers": [("accept-encoding", "gzip")]}
    text = "".join(f"<li>Book {n}</li>" for n in range(3_000))
    (notice,) = shown(asked, {"size": len(text), "body": page(text)}).notices
    assert "saves about" in str(notice.hint)


@pytest.mark.parametrize(
    ("url", "debug", "expected"),
    [
        ("https://shop.example.com/", True, [("error", "debug mode")]), ("https://shop.example.com/", False, []),
        ("http://localhost:8000/", True, []), ("http://192.168.1.7/", True, []), ("http://shop.test/", True, []),
    ],
)  # fmt: skip
def test_debug_mode_on_a_public_host(url: str, debug: bool, expected: Any) -> None:
    """An error page that shows code is an error where anybody can ask for it."""
    app = Debugging() if debug else Application()
    assert found({"scheme": "https", "url": url}, {}, app=app) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script src='http://cdn.example/x.js'></script>", ["warning"]),
        ("<link rel='Stylesheet' href=http://cdn.example/x.css>", ["warning"]),
        ("<link rel=canonical href='http://shop.example/'>", []),
        ('<iframe src="http://other.example/"></iframe>', ["warning"]),
        ("<form action='http://shop.example/buy'>", ["warning"]),
        ("<img src='http://cdn.example/a.png'>", ["info"]),
        ("<img srcset='/a.png 1x, http://cdn.example/b.png 2x'>", ["info"]),
        ("<video poster=http://cdn.example/p.png></video>", ["info"]),
        ("<a href='http://other.example/'>elsewhere</a>", []),
        ("<img src='https://cdn.example/a.png'><script src='/x.js'></script>", []),
        ("<img src='http://localhost:9000/a.png'><img src='http://127.0.0.1/b'>", []),
        ("<!-- <script src='http://cdn.example/x.js'></script> -->", []),
        ("<script>let a = \"<img src='http://cdn.example/a.png'>\"</script>", []),
        ("<textarea><img src='http://cdn.example/a.png'></textarea>", []),
        ("<script src='http://[broken/x.js'></script>", ["warning"]),
        ("<!-- never closed <img src='http://cdn.example/a.png'>", []),
        ("<img src='http://cdn.example/a.png'", []),
        ("<script>never closed", []),
    ],
)
def test_mixed_content(html: str, expected: list[str]) -> None:
    """What acts in a page is blocked, what is shown is asked for by https; comments and texts load nothing."""
    told = found({**PUBLIC}, {"body": page(html), "size": len(html)})
    assert [level for level, _ in told] == expected
    assert {label for _, label in told} <= {"mixed content"}


def test_mixed_content_only_matters_over_https() -> None:
    """Not on plain http, not where the policy asks for https itself, and not without a body."""
    html = "<script src='http://cdn.example/x.js'></script>"
    assert found(LOCAL, {"body": page(html), "size": 9}) == []
    upgraded = [*SAFE, ("content-security-policy", "upgrade-insecure-requests")]
    assert found(PUBLIC, {"body": page(html), "size": 9, "headers": upgraded}) == []
    assert found(PUBLIC, {}) == []


def test_no_page_makes_the_search_slow() -> None:
    """A page made to be hard to read is read in one pass."""
    from debug_toolbar_alerts.mixed import _Page

    for text in ("<!--", "<a ", "<script>", "<img src=", "<img a='", "<" * 9, "</script", "<img srcset='http://a,"):
        began = time.process_time()
        _Page((text * 65_536)[:65_536])
        assert time.process_time() - began < 1, text


def test_a_slow_response() -> None:
    """Past the option `slow`, until the response has gone out; background work after it does not count."""
    (notice,) = shown(LOCAL, {"started": 0.9, "ended": 1.5}).notices
    assert (notice.label, notice.source) == ("slow", SOURCE)
    assert notice.text == "The response took 1.5 s, 900 ms of it before the first byte"
    assert found(LOCAL, {"started": 0.1, "ended": 0.5}) == []
    assert found(LOCAL, {"started": 0.1, "ended": 0.5}, alerts=AlertsPanel(slow=0.2)) == [("warning", "slow")]


def test_a_stream_of_events_is_not_slow() -> None:
    """It goes on for as long as it is watched; its first byte may be late."""
    stream = [("content-type", "text/event-stream")]
    assert found(LOCAL, {"started": 0.1, "ended": 60.0, "headers": stream}) == []
    assert found(LOCAL, {"started": 3.0, "ended": 60.0, "headers": stream}) == [("warning", "slow")]


def test_other_kinds_are_not_judged() -> None:
    """A websocket is as long as it is, and has no page; its notices are listed all the same."""
    noisy = Noisy("other", Notice("warning", "x"))
    view = shown(PUBLIC, {"headers": [HTML], "started": 0.0, "ended": 60.0}, noisy, kind="websocket")
    assert view.notices == []
    assert view.badge == Badge("1", level="warning")


class Noisy(Panel):
    """A panel with notices."""

    title = "Noisy"
    kinds = frozenset({"http", "websocket", "app"})

    def __init__(self, name: str, *notices: Notice) -> None:
        self.name = name  # type: ignore[misc]  # several of one class stand for several panels here
        self.all = notices

    def view(self, record: Record) -> Sequence[Block]:
        return [*self.all]


def test_the_list_is_by_severity_and_kind() -> None:
    """Errors first; several of one kind stand together under its name; each says which panel has more."""
    noisy = Noisy(
        "sql",
        Notice("warning", "one", label="N+1"),
        Notice("warning", "two", "A hint.", label="N+1"),
        Notice("error", "three", saves=0.1, source=SOURCE),
    )
    view = shown(LOCAL, {"headers": [HTML]}, noisy)
    assert view.badge == Badge("4", level="error")
    (counts,) = [block for block in view.blocks if isinstance(block, Facts)]
    assert [(fact.label, fact.value) for fact in counts.items] == [("error", 1), ("warnings", 2), ("info", 1)]
    titles = [block.title for block in walk(view.blocks) if isinstance(block, Section)]
    assert titles == ["Errors", "Warnings", "Noisy: N+1 (2 times)", "Infos"]
    told = [block for block in walk(view.blocks) if isinstance(block, Notice)]
    assert [notice.text for notice in told][:3] == ["three", "one", "two"]
    assert (told[0].hint, told[0].saves, told[0].source) == ("More in Noisy.", 0.1, SOURCE)
    assert told[2].hint == "A hint. More in Noisy."


def test_nothing_is_counted_twice() -> None:
    """The headers panel says the same of headers and cookies: its notice stands, once."""
    response = {"headers": [HTML, ("set-cookie", "session=x; SameSite=Lax")]}
    view = shown(PUBLIC, response, HeadersPanel())
    told = [block for block in walk(view.blocks) if isinstance(block, Notice)]
    labels = [notice.label for notice in told]
    assert sorted(map(str, labels)) == ["cookies", "security headers"]
    line = shown(PUBLIC, response, HeadersPanel(), summary=True)
    assert sum(line["levels"].values()) == 2
    assert [badge["panel"] for badge in line["badges"]] == ["headers"]


async def test_the_application_has_its_own_list() -> None:
    """What panels say of the application itself is listed in its own record."""
    tools = Toolbar(Config(panels=[AlertsPanel(), Noisy("settings", Notice("info", "x"))], strict=True))
    view = tools.shown(await tools.load("app"))[0]
    assert view.badge == Badge("1")
    assert view.notices == []


@pytest.mark.parametrize("label", CHECKS)
def test_each_check_can_be_left_out(label: str) -> None:
    """By the label of its notices."""
    text = "<script src='http://cdn.example/x.js'></script>" * 2
    request = {**form("a=1"), "cookies": [("session", "x")], **PUBLIC}
    request["headers"] = [*request["headers"], ("accept-encoding", "gzip")]
    headers = [HTML, ("set-cookie", "auth=x"), ("set-cookie", "theme=x")]
    response = {"headers": headers, "size": 2_000_000, "ended": 9.0, "started": 0.1, "body": page(text)}
    every = {label for _, label in found(request, response, app=Debugging())}
    assert every == set(CHECKS)
    assert label not in {
        label for _, label in found(request, response, app=Debugging(), alerts=AlertsPanel(ignore=[label]))
    }


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"slow": 0}, "alerts.slow"), ({"slow": True}, "alerts.slow"), ({"slow": float("nan")}, "alerts.slow"),
        ({"large": 0}, "alerts.large"), ({"large": 1.5}, "alerts.large"),
        ({"uncompressed": "1"}, "alerts.uncompressed"), ({"ignore": "slow"}, "alerts.ignore"),
        ({"ignore": ["fast"]}, "alerts.ignore"), ({"ignore": 3}, "alerts.ignore"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(options: Any, named: str) -> None:
    """At start-up, not while serving."""
    with pytest.raises(ConfigurationError, match=named):
        AlertsPanel(**options)


def test_hostile_texts_break_nothing() -> None:
    """Whatever names and addresses a request brings, the list stays one of notices."""
    evil = "`\x1b]8;;http://evil\x07\u202e"
    request = {
        **form(f"{evil}=1"),
        "path": evil,
        "cookies": [(evil, "x")],
        "url": f"https://{evil}/",
        "scheme": "https",
    }
    html = f"<script src='http://cdn.example/{evil}'></script>"
    view = shown(request, {"headers": [HTML, ("set-cookie", f"{evil}=1")], "body": page(html), "size": 9})
    assert view.badge is not None
