"""The headers panel as a whole, on records that went through a toolbar and its store."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Section, Table, walk
from debug_toolbar_core.exchange import Pairs, Plain, Request, Response
from debug_toolbar_core.record import Kind
from debug_toolbar_core.text import to_text
from debug_toolbar_headers import HeadersPanel
from debug_toolbar_headers.catalogue import CATEGORIES, KNOWN, describe

HOSTILE = "<script>alert(1)</script>\x00\x1b[31m\u202e"
PAGE = ("content-type", "text/html; charset=utf-8")
GOOD = [
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("referrer-policy", "same-origin"),
]


async def shown(request: Request | None, response: Response | None, kind: Kind = "http", **options: Any) -> list[Block]:
    """Return everything the panel shows of an exchange that was captured, kept and loaded."""
    panel = HeadersPanel(**options)
    toolbar = Toolbar(Config(panels=[panel], strict=True))
    with toolbar.capture(kind) as record:
        record.wire = Plain(request, response)
    loaded = await toolbar.load(record.id)
    to_text(toolbar.blocks(loaded, "headers"))
    return list(walk(panel.view(loaded)))


def asked(*headers: tuple[str, str], method: str = "GET", url: str = "http://localhost:8000/") -> Request:
    """Return a request to a URL."""
    return Request(method, url.partition(":")[0], "/", url=url, headers=list(headers))


def answer(*headers: tuple[str, str], status: int = 200) -> Response:
    """Return a complete response."""
    return Response(status, headers=list(headers), complete=True)


def notices(blocks: list[Block]) -> dict[str | None, tuple[str, str]]:
    """Return level and text of every notice shown, by its label."""
    return {block.label: (block.level, block.text) for block in blocks if isinstance(block, Notice)}


def tabs(blocks: list[Block]) -> list[str]:
    """Return the titles of the tabs shown."""
    outer = next(block for block in blocks if isinstance(block, Section) and block.tabs)
    return [block.title for block in outer.blocks if isinstance(block, Section)]


def rows(blocks: list[Block], title: str) -> list[tuple[Any, ...]]:
    """Return the rows of the table with this title, or whose first column has it."""
    tables = [block for block in blocks if isinstance(block, Table)]
    found = next(table for table in tables if title in (table.title, table.columns[0].title))
    return [tuple(row.cells) for row in found.rows]


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return every fact shown, by its label."""
    return {item.label: item.value for block in blocks if isinstance(block, Facts) for item in block.items}


async def test_headers_are_counted_and_shown_by_category() -> None:
    """The badge counts both sides, and each header stands in its category with what it is for."""
    request = asked(("Host", "localhost"), ("X-Shop", "7"), ("traceparent", "00-1-2-01"))
    blocks = await shown(request, answer(("etag", '"1"'), ("Content-Type", "text/plain")))
    assert Badge("3 · 2") in blocks
    assert tabs(blocks)[:2] == ["Response", "Request"]
    assert rows(blocks, "Caching") == [("etag", '"1"', "The version of this content")]
    assert rows(blocks, "Custom") == [("X-Shop", "7", "")]
    assert rows(blocks, "Tracing")[0][0] == "traceparent"


async def test_repeated_headers_are_all_shown() -> None:
    """A header that comes twice has two lines, in order."""
    response = answer(("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"))
    blocks = await shown(asked(), response)
    assert [row[1] for row in rows(blocks, "Cookies")] == ["a=[redacted]; Path=/", "b=[redacted]"]


async def test_nothing_came_nothing_is_shown() -> None:
    """A record without an exchange leaves the panel empty; one side alone is shown."""
    assert await shown(None, None) == []
    assert tabs(await shown(asked(), None)) == ["Request"]
    assert tabs(await shown(None, answer())) == ["Response", "Security"]
    assert list(HeadersPanel().view(Record("task"))) == []


async def test_a_page_on_localhost_gets_an_info_at_most() -> None:
    """While developing, what is missing is one info, not an alarm."""
    blocks = await shown(asked(), answer(PAGE))
    assert notices(blocks).keys() == {"security headers"}
    level, text = notices(blocks)["security headers"]
    assert level == "info"
    assert "`content-security-policy`, `x-frame-options`, `x-content-type-options`" in text


async def test_a_public_page_is_warned_of() -> None:
    """Out in the world and over https the same is a warning, and HSTS is missed, too."""
    blocks = await shown(asked(url="https://shop.example/"), answer(PAGE))
    level, text = notices(blocks)["security headers"]
    assert level == "warning"
    assert "`strict-transport-security`" in text


async def test_a_protected_page_gets_no_notice() -> None:
    """With the headers in place nothing is said."""
    blocks = await shown(asked(url="https://shop.example/"), answer(PAGE, *GOOD))
    assert notices(blocks) == {}
    states = {row[0]: row[1] for row in rows(blocks, "Protection")}
    assert states["content-security-policy"] == "present"
    assert states["permissions-policy"] == "optional"


async def test_what_is_no_page_is_not_asked_for_a_policy() -> None:
    """Data, redirects and error pages get no notice for what they do not need."""
    assert notices(await shown(asked(), answer(("content-type", "application/json")))) == {}
    assert notices(await shown(asked(), answer(PAGE, status=500))) == {}
    assert notices(await shown(asked(url="https://a.example/"), answer(PAGE, status=302))) == {}


async def test_ignored_headers_are_not_missed() -> None:
    """What the options leave out is neither missed nor judged."""
    ignore = ["Content-Security-Policy", "x-frame-options", "x-content-type-options"]
    assert notices(await shown(asked(), answer(PAGE), ignore=ignore)) == {}


async def test_several_findings_are_one_notice() -> None:
    """One notice tells the worst finding and how many more there are; the tab lists them all."""
    weak = [("content-security-policy", "script-src * 'unsafe-inline'"), ("x-content-type-options", "yes")]
    blocks = await shown(asked(), answer(PAGE, *weak))
    assert notices(blocks)["security headers"][1].endswith("(and 2 more: see Security)")
    assert len(rows(blocks, "Finding")) == 3


async def test_a_websocket_shows_its_headers_without_judging_them() -> None:
    """A websocket has cookies and an origin, but neither caching nor a policy."""
    request = asked(("origin", "https://other.example"), ("cookie", "theme=dark; id=7"), url="ws://localhost/live")
    blocks = await shown(request, answer(("sec-websocket-accept", "x"), status=101), "websocket")
    assert tabs(blocks) == ["Response", "Request", "Cookies"]
    assert rows(blocks, "Sent by the browser") == [("theme",), ("id",)]
    assert notices(blocks) == {}


async def test_credentials_are_named_never_shown() -> None:
    """Of an Authorization header the scheme is told, in the table and in words."""
    blocks = await shown(asked(("Authorization", "Bearer abc.def")), answer(("www-authenticate", "Basic realm=x")))
    assert rows(blocks, "Authentication")[0][:2] in (
        ("www-authenticate", "Basic realm=x"),
        ("Authorization", "Bearer [redacted]"),
    )
    assert facts(blocks)["authorization"].startswith("Bearer: a token")
    assert "abc" not in to_text(blocks)


@pytest.mark.parametrize(
    ("value", "cell", "words"),
    [
        ("Bearer abc", "Bearer [redacted]", "Bearer: a token; whoever has it may use it"),
        ("sekret", "[redacted]", "without a scheme"),
        ("Shop abc", "Shop [redacted]", "Shop"),
        ("", "", "without a scheme"),
    ],
)
def test_credentials_of_an_imported_record_are_not_shown_either(value: str, cell: str, words: str) -> None:
    """A record that never was redacted shows no credentials."""
    record = Record("http", wire=Plain(asked(("AUTHORIZATION", value)), None))
    blocks = list(walk(HeadersPanel().view(record)))
    assert rows(blocks, "Authentication") == [("AUTHORIZATION", cell, "Who asks, and the proof")]
    assert facts(blocks)["authorization"] == words


async def test_credentials_over_plain_http_are_a_warning_away_from_home() -> None:
    """What crosses the world in the clear is warned of; on this machine it is not."""
    header = ("authorization", "Basic YTpi")
    assert "authentication" in notices(await shown(asked(header, url="http://shop.example/"), answer()))
    assert notices(await shown(asked(header, url="https://shop.example/"), answer())) == {}
    assert notices(await shown(asked(header), answer())) == {}


async def test_hostile_headers_stay_texts() -> None:
    """Markup and control characters pass as the texts they are, in every check."""
    names = ["x-a", "origin", "cookie", "host", "if-none-match", "authorization", "access-control-request-method"]
    headers = [(name, HOSTILE) for name in names]
    sent = [(name, HOSTILE) for name in KNOWN]
    for method in ("GET", "OPTIONS", HOSTILE):
        for url in ("https://shop.example/", "http://[", HOSTILE):
            blocks = await shown(asked(*headers, method=method, url=url), answer(*sent, PAGE))
            assert ("x-a", HOSTILE, "") in rows(blocks, "Custom")


@pytest.mark.parametrize("pairs", [[("a", 1)], [(None, None)], [(b"x", b"y")]])
def test_pairs_of_another_version_are_shown_as_texts(pairs: Any) -> None:
    """Names and values that are no texts raise nothing."""
    wire = Plain(Request(headers=pairs), Response(200, headers=pairs))
    assert [block.to_json() for block in HeadersPanel().view(Record("http", wire=wire))]


async def test_a_very_long_header_is_read_quickly() -> None:
    """Many thousands of directives cost time in proportion, no more."""
    long: Pairs = [
        ("content-security-policy", "; ".join(f"x{index} 'self'" for index in range(5_000))),
        ("cache-control", "," * 50_000),
        ("set-cookie", "a=1" + "; b=2" * 5_000),
        ("vary", "x, " * 10_000),
        PAGE,
    ]
    assert await shown(asked(("if-none-match", '"a",' * 10_000)), Response(200, headers=long))


def test_every_known_header_has_a_category_and_a_meaning() -> None:
    """The catalogue has no gaps, and the unknown find a place by how they begin."""
    assert {category for category, _ in KNOWN.values()} == set(CATEGORIES) - {"Custom"}
    assert all(meaning and name == name.lower() for name, (_, meaning) in KNOWN.items())
    assert describe("Sec-CH-UA") == ("General", "")
    assert describe("x-nobody-knows") == ("Custom", "")
