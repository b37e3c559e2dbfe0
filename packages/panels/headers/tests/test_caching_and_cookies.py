"""Caching and cookies: what they mean, contradictions, and what browsers refuse."""

from __future__ import annotations

import pytest

from debug_toolbar_core.blocks import Facts, Table
from debug_toolbar_core.fields import Fields
from debug_toolbar_headers.caching import caching, lifetime
from debug_toolbar_headers.cookies import Cookie, cookies
from debug_toolbar_headers.topic import Topic


def cached(
    control: str | None, *headers: tuple[str, str], method: str = "GET", status: int = 200, had: str = ""
) -> Topic:
    """Return what is said of a response with this Cache-Control."""
    sent = [*headers] if control is None else [("cache-control", control), *headers]
    return caching(Fields([("if-none-match", had)] if had else []), Fields(sent), method, status)


def short(topic: Topic) -> object:
    """Return the verdict."""
    return next(item.value for block in topic.blocks if isinstance(block, Facts) for item in block.items)


@pytest.mark.parametrize(
    ("control", "verdict"),
    [
        ("no-store", "Nobody keeps it."),
        ("private, max-age=86400", "Only the browser may use it for 1 day without asking."),
        ("public, max-age=5400", "The browser and caches in between may use it for 1.5 hours without asking."),
        ("No-Cache", "The browser and caches in between may keep it, but must ask before each use."),
        ("max-age=" + "9" * 5_000, None),
        ("max-age=²", "The browser and caches in between may guess how long it is fresh: nothing says so."),
    ],
)
def test_the_meaning_is_said_in_a_sentence(control: str, verdict: str | None) -> None:
    """Who keeps it and how long follows from all directives together."""
    told = short(cached(control))
    assert told == verdict or (verdict is None and "years" in str(told))


def test_each_directive_is_explained() -> None:
    """Every directive has a line, the unknown ones too."""
    (table,) = (block for block in cached("public, shiny=1").blocks if isinstance(block, Table))
    assert [row.cells[0] for row in table.rows] == ["public", "shiny"]


@pytest.mark.parametrize(
    ("control", "count"),
    [
        ("public, max-age=60", 0),
        ("private, no-cache, max-age=0, must-revalidate", 0),
        ("no-store, max-age=60", 1),
        ("private, public", 1),
        ("private, s-maxage=60", 1),
        ("max-age=soon", 1),
        ("max-gae=60", 1),
        ("immutable", 1),
        ("max-age=60, immutable", 0),
    ],
)
def test_contradictions_are_found(control: str, count: int) -> None:
    """Directives that exclude each other, are misspelled or have no effect are told."""
    topic = cached(control)
    assert len(topic.findings) == count
    assert {found.level for found in topic.findings} <= {"info"}


def test_a_shared_cookie_is_found() -> None:
    """A response for shared caches that sets a cookie is told, a private one not."""
    cookie = ("set-cookie", "id=7")
    assert "Set-Cookie" in cached("public, max-age=60", cookie).findings[0].text
    assert cached("private, max-age=60", cookie).findings == []
    assert cached("public, no-cache", cookie).findings == []


def test_the_same_version_sent_again_is_found() -> None:
    """A client that had this ETag should have got a 304."""
    tag = ("etag", 'W/"7"')
    assert "If-None-Match" in cached(None, tag, had='"6", "7"').findings[0].text
    assert cached(None, tag, had='"6"').findings == []
    assert cached(None, tag, status=304, had='"7"').findings == []


def test_expires_and_methods_count_too() -> None:
    """Without Cache-Control an Expires decides; answers to a POST are not kept at all."""
    assert "until Thu" in str(short(cached(None, ("expires", "Thu, 01 Jan 2026"))))
    assert short(cached("max-age=60", method="POST")) == "Caches do not keep answers to POST."


def test_no_word_of_caching_makes_no_tab() -> None:
    """A response that says nothing of caches has nothing to explain."""
    assert cached(None).section() is None


@pytest.mark.parametrize(("seconds", "text"), [(31_536_000, "1 year"), (7_200, "2 hours"), (0, "0 seconds")])
def test_lifetimes_are_in_the_largest_unit(seconds: int, text: str) -> None:
    """Seconds become a unit people count in."""
    assert lifetime(seconds) == text


def found(header: str, secure: bool = True, local: bool = False) -> list[tuple[str, str]]:
    """Return level and text of what is found of a Set-Cookie."""
    topic = cookies(Fields(), Fields([("set-cookie", header)]), secure, local)
    return [(finding.level, finding.text) for finding in topic.findings]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a=1; SameSite=None", "`SameSite=None` needs `Secure`"),
        ("a=1; Partitioned", "`Partitioned` needs `Secure`"),
        ("__Secure-a=1; Path=/", "its prefix needs `Secure`"),
        ("__Host-a=1; Secure", "no `Domain`"),
        ("__Host-a=1; Secure; Path=/; Domain=a.example", "no `Domain`"),
    ],
)
def test_what_browsers_refuse_is_a_warning(header: str, words: str) -> None:
    """A cookie that never arrives is told with the reason."""
    ((level, text),) = found(header)
    assert level == "warning"
    assert words in text


@pytest.mark.parametrize(
    "header",
    [
        "theme=dark",
        "session=x; Secure; HttpOnly; SameSite=Lax",
        "__Host-session=x; Secure; HttpOnly; Path=/",
        "csrftoken=x; Secure",
        "session=; Max-Age=0",
        "",
    ],
)
def test_a_sound_cookie_is_left_alone(header: str) -> None:
    """Sound cookies, those scripts must read, and deletions are not complained of."""
    assert found(header) == []


def test_an_exposed_session_is_an_info() -> None:
    """What looks like a session and is open to scripts or plain http is told, as an info."""
    assert [level for level, _ in found("session=x")] == ["info", "info"]
    assert [level for level, _ in found("session=x", secure=False, local=True)] == ["info"]


def test_a_secure_cookie_over_http_is_told_away_from_home() -> None:
    """Browsers keep Secure cookies of localhost, and of no other plain http."""
    assert "over plain http" in found("a=1; Secure", secure=False)[0][1]
    assert found("a=1; Secure", secure=False, local=True) == []


def test_attributes_are_listed_and_values_are_not() -> None:
    """The table tells how each cookie is kept; its value is nowhere."""
    sent = [
        ("set-cookie", "id=sekret; Max-Age=60; Path=/; HttpOnly; SameSite=Strict"),
        ("set-cookie", "b=2; Expires=Thu"),
    ]
    (table,) = (block for block in cookies(Fields(), Fields(sent), True, True).blocks if isinstance(block, Table))
    assert [tuple(row.cells) for row in table.rows] == [
        ("id", "60 s", "/", "", "", "yes", "Strict", ""),
        ("b", "Thu", "", "", "", "", "Lax (assumed)", ""),
    ]


@pytest.mark.parametrize(
    ("header", "lifetime"),
    [("a=1", "until the browser closes"), ("a=1; max-age=-1", "deleted"), ("a=1; max-age=0", "deleted")],
)
def test_a_cookies_lifetime_is_told(header: str, lifetime: str) -> None:
    """Until when a cookie is kept follows from its attributes."""
    assert Cookie.parse(header).lifetime == lifetime
