"""The response panel, on records that went through a toolbar and its store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Code, Facts, Notice, Table, Tree, walk
from debug_toolbar_core.exchange import Body, Pairs, Plain, Request, Response
from debug_toolbar_core.preview import language
from debug_toolbar_core.record import Kind
from debug_toolbar_core.text import to_text
from debug_toolbar_response import ResponsePanel

HOSTILE = "<img src=x onerror=alert(1)>\x00\x1b[2J\u202e"
TEXT = ("content-type", "text/plain")


async def shown(
    response: Response | None, request: Request | None = None, kind: Kind = "http", error: Exception | None = None
) -> list[Block]:
    """Return everything the panel shows of a response that was captured, kept and loaded."""
    panel = ResponsePanel()
    toolbar = Toolbar(Config(panels=[panel], strict=True))
    with toolbar.capture(kind) as record:
        record.wire = Plain(request or Request(), response)
        if error is not None:
            record.fail(error)
    loaded = await toolbar.load(record.id)
    to_text(toolbar.blocks(loaded, "response"))
    return list(walk(panel.view(loaded)))


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return every fact shown, by its label."""
    return {item.label: item.value for block in blocks if isinstance(block, Facts) for item in block.items}


def notices(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """Return level and label of every notice shown."""
    return [(block.level, block.label) for block in blocks if isinstance(block, Notice)]


def answer(content: bytes = b"", *headers: tuple[str, str], status: int = 200, **more: Any) -> Response:
    """Return a complete response with a body that was kept."""
    kept: Pairs = list(headers)
    body = Body(len(content), len(content), dict(headers).get("content-type", ""), content=content)
    values = {"size": len(content), "messages": 1, "started": 0.08, "ended": 0.0835, "complete": True, **more}
    return Response(status, "OK" if status == 200 else "", kept, body=body if content else None, **values)


async def test_a_response_is_shown_as_it_was_sent() -> None:
    """Status, size, times, type, encoding and messages are told, and the badge is the size."""
    blocks = await shown(answer(b"", ("Content-Type", "text/html"), size=12_300, encoding="gzip", messages=3))
    assert Badge("12.3 kB") in blocks
    told = facts(blocks)
    assert told["status"] == "200 OK"
    assert (told["as sent"], told["Messages"], told["Encoding"]) == (12_300, 3, "gzip")
    assert told["sending"] == pytest.approx(0.0035)
    assert (told["Content type"], told["Complete"]) == ("text/html", "yes")
    assert notices(blocks) == []


async def test_a_redirect_names_its_target() -> None:
    """Where a redirect leads is told; one that leads nowhere is a warning."""
    blocks = await shown(answer(b"", ("location", "/login"), status=303))
    assert facts(blocks)["Location"] == "/login"
    assert notices(blocks) == []
    assert notices(await shown(answer(status=302))) == [("warning", "redirect")]


@pytest.mark.parametrize(
    ("content_type", "content", "block"),
    [
        ("application/json", b'{"id": 7}', Tree({"id": 7}, open=2)),
        ("application/json", b"null", Tree(None, open=2)),
        ("text/html; charset=utf-8", b"<p>Hi</p>", Code("<p>Hi</p>", "html")),
        ("application/ld+json", b"{", Code("{", "json")),
        ("text/csv", b"a,b", Code("a,b", "text")),
        ("image/png", b"\x89PNG", Code("89 50 4e 47", "text", title="First 4 B, hexadecimal")),
    ],
)
async def test_the_body_is_shown_by_its_kind(content_type: str, content: bytes, block: Block) -> None:
    """JSON is a tree, markup and text are code in their language, bytes are hexadecimal."""
    assert block in await shown(answer(content, ("content-type", content_type)))


async def test_a_form_is_a_table() -> None:
    """A response of form fields is listed."""
    blocks = await shown(answer(b"a=1&b=2", ("content-type", "application/x-www-form-urlencoded")))
    table = next(block for block in blocks if isinstance(block, Table))
    assert [row.cells for row in table.rows] == [("a", "1"), ("b", "2")]


async def test_what_was_kept_of_a_long_body_is_told() -> None:
    """A body that was cut says how much of it was kept."""
    response = answer(b"", TEXT, size=900)
    response.body = Body(900, 3, "text/plain", content=b"abc")
    assert facts(await shown(response))["Kept of the body"] == 3


async def test_an_incomplete_response_is_a_warning() -> None:
    """A response that was not ended is cut, by the client or the application."""
    blocks = await shown(answer(b"abc", TEXT, complete=False, ended=None))
    assert notices(blocks) == [("warning", "cut")]
    assert facts(blocks)["Complete"] == "no"
    assert "sending" not in facts(blocks)


async def test_an_exception_after_the_response_began_is_an_error() -> None:
    """What was raised with half of the response sent is named."""
    toolbar = Toolbar(Config(panels=[ResponsePanel()], strict=True))
    capture = toolbar.open("http", Plain(Request(), answer(b"abc", TEXT, complete=False)))
    record = capture.close(ValueError("no"))
    toolbar.keep(record)
    blocks = toolbar.blocks(await toolbar.load(record.id), "response")
    assert notices(blocks) == [("error", "cut")]
    assert "`ValueError`" in next(block.text for block in blocks if isinstance(block, Notice))


async def test_no_response_without_an_exception_is_an_error() -> None:
    """An application that returned without an answer is told so; after an exception, that is the news."""
    assert notices(await shown(None)) == [("error", "no response")]
    assert notices(await shown(Response())) == [("error", "no response")]
    assert await shown(None, error=ValueError("no")) == []


async def test_a_5xx_without_an_exception_is_a_warning() -> None:
    """A failure that no exception explains is told; one that an exception explains is the exception's."""
    assert notices(await shown(answer(b"no", TEXT, status=503))) == [("warning", "5xx")]
    assert notices(await shown(answer(b"no", TEXT, status=500), error=ValueError("no"))) == []


async def test_a_body_where_none_may_be_is_a_warning() -> None:
    """A 204 or 304 with bytes in it is told."""
    assert notices(await shown(answer(b"abc", TEXT, status=204))) == [("warning", "body")]
    assert notices(await shown(answer(b"", ("content-length", "5"), status=304))) == []


async def test_a_wrong_content_length_is_a_warning() -> None:
    """The length that was promised is compared with what was sent, but not for HEAD or a length that is none."""
    wrong = ("content-length", "10")
    assert notices(await shown(answer(b"abc", TEXT, wrong))) == [("warning", "content length")]
    assert notices(await shown(answer(b"", TEXT, wrong), Request("HEAD"))) == []
    assert notices(await shown(answer(b"abc", TEXT, ("content-length", "3")))) == []
    assert notices(await shown(answer(b"abc", TEXT, ("content-length", "²")))) == []


async def test_a_body_without_a_content_type_is_an_info() -> None:
    """A body of unknown type is worth a word."""
    assert notices(await shown(answer(b"abc"))) == [("info", "content type")]


async def test_a_websocket_is_not_judged_by_http() -> None:
    """A websocket may have no response, or one that never ends."""
    assert await shown(None, kind="websocket") == []
    assert notices(await shown(Response(101, complete=False), kind="websocket")) == []


def test_an_open_response_is_not_yet_complete() -> None:
    """While the response goes on, nothing is wrong with it."""
    record = Record("http", wire=Plain(Request(), Response(200, started=0.1)))
    blocks = list(ResponsePanel().view(record))
    assert notices(blocks) == []
    assert facts(blocks)["Complete"] == "not yet"


async def test_hostile_values_stay_texts() -> None:
    """Markup and control characters pass as the texts they are."""
    content = json.dumps({HOSTILE: HOSTILE}).encode()
    response = answer(content, ("content-type", "application/json"), ("location", HOSTILE))
    response.reason = HOSTILE
    blocks = await shown(response)
    assert facts(blocks)["Location"] == HOSTILE
    assert Tree({HOSTILE: HOSTILE}, open=2) in blocks


@pytest.mark.parametrize("value", [None, [], [["only"]], "text", 7, {"a": 1}])
@pytest.mark.parametrize("kind", ["json", "form", "text", "binary"])
def test_a_body_of_another_version_is_shown_as_far_as_it_goes(kind: Any, value: object) -> None:
    """A value that does not fit its kind raises nothing."""
    response = Response(200, body=Body(3, 3, "text/plain", kind=kind, value=value))
    assert [block.to_json() for block in ResponsePanel().view(Record("http", wire=Plain(None, response)))]


@pytest.mark.parametrize(
    ("media", "name"), [("", "text"), (";", "text"), ("IMAGE/SVG+XML", "html"), ("x/y+json", "json")]
)
def test_the_language_follows_the_media_type(media: str, name: str) -> None:
    """The media type decides the highlighting, parameters and case aside."""
    assert language(media) == name
