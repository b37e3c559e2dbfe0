"""The insertion into a response: never into what is no page, once into what is, all else untouched."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from debug_toolbar_asgi.injected_headers import Headers
from debug_toolbar_asgi.injection import HELD, UNDECIDED, Injection

TAG = b"<script src=bar data-record=1></script>"
HTML = (b"content-type", b"text/html; charset=utf-8")
PAGE = b"<!doctype html>\n<html><body><p>Hello</p></body></html>\n"
INJECTED = PAGE.replace(b"</body>", TAG + b"</body>")
NAVIGATION = [(b"host", b"localhost:8000"), (b"sec-fetch-dest", b"document"), (b"accept", b"text/html")]


def tag(nonce: str | None) -> bytes:
    """The tag; with a nonce, one that shows it."""
    return TAG if nonce is None else b"<script nonce=%b></script>" % nonce.encode()


def begin(
    headers: object, *, status: object = 200, scope: Mapping[str, Any] | None = None, **start: Any
) -> Injection | None:
    """Begin a response to a navigation."""
    asked = {"type": "http", "method": "GET", "scheme": "http", "headers": NAVIGATION, **(scope or {})}
    message = {"type": "http.response.start", "status": status, "headers": headers, **start}
    return Injection.begin(asked, message, tag)


def send(headers: Headers, chunks: Iterable[bytes]) -> tuple[Headers, list[bytes]] | None:
    """Send a response as the middleware does; return its new headers and chunks, or None for as it is."""
    injection = begin(headers)
    if injection is None:
        return None
    *most, last = chunks
    messages = [(chunk, True) for chunk in most] + [(last, False)]
    for message in messages:
        verdict = injection.decide(*message)
        if verdict is not None:
            break
    if not verdict:
        return None
    return injection.headers, [injection.feed(*message) for message in messages]


def with_length(page: bytes) -> Headers:
    """Headers that promise this page."""
    return [HTML, (b"content-length", b"%d" % len(page))]


# What is never changed


@pytest.mark.parametrize("status", [100, 103, 204, 205, 206, 301, 302, 304, 308, None, "200"])
def test_no_page_by_its_status(status: object) -> None:
    """A response without a body, with a part of one, or that is not shown, goes out as it is."""
    assert begin([HTML], status=status) is None


@pytest.mark.parametrize("status", [200, 201, 208, 400, 404, 422, 500, 599])
def test_pages_have_any_other_status(status: int) -> None:
    """Error pages get the tag like any page."""
    assert begin([HTML], status=status) is not None


@pytest.mark.parametrize(
    "scope",
    [
        {"method": "HEAD"},
        {"headers": [(b"hx-request", b"true")]},
        {"headers": [(b"HX-Request", b"true")]},
        {"headers": [(b"turbo-frame", b"messages")]},
        {"headers": [(b"x-pjax", b"true")]},
        {"headers": [(b"x-requested-with", b"XMLHttpRequest")]},
        {"headers": None},
        {"headers": [(b"host",)]},
        {"headers": [("host", "localhost")]},
        *(
            {"headers": [(b"sec-fetch-dest", dest)]}
            for dest in (b"iframe", b"frame", b"embed", b"object", b"empty", b"image", b"fencedframe")
        ),
        {"headers": [(b"sec-fetch-dest", b"document"), (b"sec-fetch-dest", b"iframe")]},
    ],
    ids=repr,
)
def test_no_page_by_its_request(scope: Mapping[str, Any]) -> None:
    """What is asked for by HEAD, a frame, a fetch or a library that puts it into a page goes out as it is."""
    assert begin([HTML], scope=scope) is None


@pytest.mark.parametrize(
    "scope",
    [
        {"headers": []},
        {"headers": [[b"host", b"a"]]},
        {"headers": [(b"x-requested-with", b"com.android.app")]},
    ],
    ids=repr,
)
def test_a_request_may_say_little(scope: Mapping[str, Any]) -> None:
    """A browser that says nothing of where a page goes gets the tag."""
    assert begin([HTML], scope=scope) is not None


def test_a_scope_may_be_thin() -> None:
    """A scope without method, scheme and headers is served too."""
    start = {"type": "http.response.start", "status": 200, "headers": [HTML]}
    assert Injection.begin({"type": "http"}, start, tag) is not None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        None,
        iter([HTML]),
        [(b"content-type", b"application/json")],
        [(b"content-type", b"application/xhtml+xml")],
        [(b"content-type", b"text/event-stream")],
        [(b"content-type", b"text/html5")],
        [("content-type", "text/html")],
        [(b"content-type", "text/html")],
        [(b"content-type",)],
        [HTML, HTML],
        [(b"content-type", b"text/html; charset=utf-16")],
        [(b"content-type", b'text/html;x=y;Charset="UTF-16LE"')],
        [(b"content-type", b"text/html; charset=utf-32")],
        [(b"content-type", b"text/html; charset=utf-7")],
        [(b"content-type", b"text/html; charset=iso-2022-jp")],
        [HTML, (b"content-encoding", b"gzip")],
        [HTML, (b"Content-Encoding", b"br")],
        [HTML, (b"content-encoding", b"identity"), (b"content-encoding", b"zstd")],
        [HTML, (b"content-disposition", b"attachment; filename=a.html")],
        [HTML, (b"content-disposition", b" Attachment")],
        [HTML, (b"content-range", b"bytes 0-9/10")],
        [HTML, (b"trailer", b"digest")],
        [HTML, (b"transfer-encoding", b"gzip, chunked")],
        [HTML, (b"signature", b"sig1=:AA==:")],
        [HTML, (b"integrity-policy", b"blocked-destinations=(script)")],
        [HTML, (b"content-length", b"ten")],
        [HTML, (b"content-length", b"9" * 5000)],
        [HTML, (b"content-length", b"10"), (b"content-length", b"10")],
        [HTML, (b"content-security-policy", b"default-src 'none'")],
        [HTML, (b"content-security-policy-report-only", b"script-src 'none'")],
        [HTML, (b"content-security-policy", b"script-src 'self'"), (b"content-security-policy", b"sandbox")],
    ],
    ids=repr,
)
def test_no_page_by_its_headers(headers: object) -> None:
    """What is no readable HTML, not shown, or under a policy that forbids the tag, goes out as it is."""
    assert begin(headers) is None


def test_trailers_announced() -> None:
    """A response with trailers goes out as it is."""
    assert begin([HTML], trailers=True) is None


@pytest.mark.parametrize(
    "value",
    [
        *(b"text/html", b"text/html;", b" TEXT/HTML ; Charset=UTF-8", b"text/html; charset='utf-8'; x=y"),
        *(
            b"text/html; charset=latin-1",
            b"text/html;charset=ISO-8859-15",
            b"text/html; charset=windows-1252",
        ),
        *(b"text/html; charset=shift_jis", b"text/html; charset=gb18030", b"text/html; charset=us-ascii"),
    ],
)
def test_html_in_encodings_like_ascii(value: bytes) -> None:
    """Latin-1 and any other encoding that has ASCII in it gets the tag."""
    assert begin([(b"Content-Type", value)]) is not None


def test_harmless_headers() -> None:
    """Encoding "identity", disposition "inline" and chunked transfer are no reason to stay out."""
    inline = (b"content-disposition", b"inline; filename=a.html")
    assert begin([HTML, inline, (b"content-encoding", b"identity"), (b"transfer-encoding", b"chunked")]) is not None


@pytest.mark.parametrize(
    "page",
    [
        *(
            b"",
            b"  \n",
            b"<p>fragment</p>",
            b"text",
            b"<",
            b"<!doc",
            b"<!-- comment",
            b"<bodyguard>",
            b"<header>x",
        ),
        *(b"<htmlx><body></body>", b"<tr><td>x</td></tr>", b"<title>x</title>", b"\xef\xbb\xbf<div>"),
        *(
            b"<script>'</body>'</script></body></html>",
            "<html>".encode("utf-16"),
            "<html>".encode("utf-16-be"),
        ),
        *(b"<!-- a --> <b>", b"<html><script>", b"<html><!-- ", b"<html><template>"),
    ],
)
def test_fragments_stay_as_they_are(page: bytes) -> None:
    """What does not begin like a page, or ends where no script would run, goes out as it is."""
    assert send([HTML], [page]) is None


def test_a_body_that_is_no_bytes() -> None:
    """A body that is not bytes is left to the server."""
    injection = begin([HTML])
    assert injection is not None
    assert injection.decide(bytearray(PAGE), False) is False  # type: ignore[arg-type]  # what applications do


# What is changed


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html>\n<html><body><p>Hello^</body></html>\n",
        b"<!DOCTYPE HTML>\n<HTML><BODY><P>HELLO^</BODY></HTML>\n",
        b"\xef\xbb\xbf<!doctype html><body>x^</body>",
        b"\n <!-- a --> <!----><?xml version='1.0'?><!doctype html><body>x^</body>",
        b"<html><body>x^</body></html>",
        b"<head><title>x</title></head><body>x^</body>",
        b"<body class=a>x^</body>",
        b"<!DOCTYPE html><p>caf\xe9^</body>",
        b"<!doctype html><body title='</body>'><svg><![CDATA[</body>]]></svg>x^</body>",
        b"<!doctype html><script>'</body>'</script><body>x^</body><!-- </body> --></html>",
    ],
)
@pytest.mark.parametrize("length", [True, False])
def test_a_page_gets_the_tag_before_its_last_body_end(page: bytes, length: bool) -> None:
    """A whole page has the tag once, before its last real end of the body, and the length it then has."""
    bare, expected = page.replace(b"^", b""), page.replace(b"^", TAG)
    sent = send(with_length(bare) if length else [HTML], [bare])
    assert sent is not None
    assert b"".join(sent[1]) == expected
    assert dict(sent[0]).get(b"content-length") == (b"%d" % len(expected) if length else None)


@pytest.mark.parametrize("length", [True, False])
def test_a_page_without_a_body_end_has_the_tag_at_its_end(length: bool) -> None:
    """Where no `</body>` is, the tag is the last of the page, streamed or not."""
    page = b"<!doctype html><p>Hello"
    for chunks in ([page], [page, b""], [page[:17], page[17:]]):
        sent = send(with_length(page) if length else [HTML], chunks)
        assert sent is not None
        assert b"".join(sent[1]) == page + TAG


@pytest.mark.parametrize("length", [True, False])
def test_every_split_gives_the_same_bytes(length: bool) -> None:
    """Cut anywhere, also within its first tag, into two or into single bytes, a page comes out the same."""
    page = b"\n<!-- c --><!doctype html><body a='>'><script>'</body>'</script>x</body><!-- y -->\n</HTML>\n"
    expected = page.replace(b"x</body>", b"x" + TAG + b"</body>")
    headers = with_length(page) if length else [HTML]
    cuts = [[page[:at], page[at:]] for at in range(len(page) + 1)]
    for chunks in [*cuts, [page[at : at + 1] for at in range(len(page))], [b"", b"", page], [page, b""]]:
        sent = send(headers, chunks)
        assert sent is not None, chunks
        assert b"".join(sent[1]) == expected, chunks


def test_headers_keep_their_order_and_duplicates() -> None:
    """Three cookies and two links stay, in their order, and the application's list is not touched."""
    headers = [
        (b"Set-Cookie", b"a=1"),
        (b"link", b"</a.css>; rel=preload"),
        (b"set-cookie", b"b=2"),
        HTML,
        (b"Content-Length", b"%d" % len(PAGE)),
        (b"link", b"</b.css>; rel=preload"),
        (b"set-cookie", b"c=3"),
    ]
    before = list(headers)
    sent = send(headers, [PAGE])
    assert sent is not None
    assert headers == before
    expected = [(name, b"%d" % len(INJECTED) if name == b"Content-Length" else value) for name, value in before]
    assert sent[0] == expected


def test_what_names_the_exact_bytes_is_dropped() -> None:
    """ETag and digests would be wrong; Last-Modified, Vary and Accept-Ranges are not our business."""
    kept = [HTML, (b"last-modified", b"Mon"), (b"vary", b"cookie"), (b"accept-ranges", b"bytes")]
    dropped = [
        (name, b"x") for name in (b"ETag", b"etag", b"content-md5", b"Digest", b"Repr-Digest", b"content-digest")
    ]
    sent = send([*dropped, *kept], [PAGE])
    assert sent is not None
    assert sent[0] == kept


def test_odd_header_bytes_are_not_touched() -> None:
    """Latin-1, control bytes, lists for pairs and 64 KiB of value go out as the same objects."""
    odd: list[Any] = [
        (b"x-name", b"caf\xe9"),
        (b"X-\xff", b"\x01\x7f "),
        (b"x-long", b"a" * 65536),
        [b"x-list", b""],
    ]
    sent = send([*odd, HTML], [PAGE])
    assert sent is not None
    assert all(ours is theirs for ours, theirs in zip(sent[0], odd, strict=False))


@pytest.mark.parametrize("name", [b"content-security-policy", b"content-security-policy-report-only"])
def test_the_nonce_of_the_policy_is_in_the_tag(name: bytes) -> None:
    """Under a policy with a nonce the tag has it, and the policy stays as it is."""
    policy = (name, b"script-src 'nonce-abc' 'strict-dynamic'; connect-src localhost:8000")
    sent = send([HTML, policy], [PAGE])
    assert sent is not None
    assert sent == ([HTML, policy], [PAGE.replace(b"</body>", b"<script nonce=abc></script></body>")])


# Streams


def test_chunks_go_out_at_once() -> None:
    """Each chunk of a page goes out whole, but for what may be its end."""
    sent = send([HTML], [b"<html><body>", b"<p class='", b"a'>1 < 2<", b"p></bo", b"dy></ht", b"ml>", b"\n"])
    assert sent is not None
    assert sent[1] == [
        *(b"<html><body>", b"<p class='", b"a'>1 < 2", b"<p>", b"", b"", TAG + b"</body></html>\n"),
    ]


def test_a_page_that_goes_on_after_its_body_is_not_held_up() -> None:
    """Content after a `</body>` goes out at once: the tag is before that one, and is not repeated."""
    sent = send([HTML], [b"<html><body>", b"</body>", b"</html><p>late", b"<p>later</body></html>"])
    assert sent is not None
    assert sent[1] == [
        *(b"<html><body>", b"", TAG + b"</body></html><p>late", b"<p>later</body></html>"),
    ]


def test_within_what_is_there_the_last_body_end_counts() -> None:
    """Of two ends of the body that come together the tag is before the second."""
    sent = send([HTML], [b"<html><body>a</body>b</body>", b"</html>"])
    assert sent is not None
    assert b"".join(sent[1]) == b"<html><body>a</body>b" + TAG + b"</body></html>"


def test_what_is_held_back_is_bounded() -> None:
    """A comment after the `</body>` that does not end is not kept for ever."""
    injection = begin([HTML])
    assert injection is not None
    assert injection.decide(b"<html></body><!--", True)
    sent = injection.feed(b"<html></body><!--", True)
    for _ in range(HELD // 1024):
        sent += injection.feed(b"x" * 1024, True)
    assert sent == b"<html>" + TAG + b"</body><!--" + b"x" * HELD


@pytest.mark.parametrize("end", [b"<script>", b"<textarea>", b"<!-- ", b"<a title='", b"<template>", b"<svg>", b"</"])
def test_a_streamed_page_that_breaks_off_keeps_its_length(end: bytes) -> None:
    """Where a script would not run any more, white space stands for the tag if its length was promised."""
    page = b"<!doctype html>" + end
    sent = send(with_length(page), [b"<!doctype html>", end])
    assert sent is not None
    assert b"".join(sent[1]) == page + b" " * len(TAG)
    sent = send([HTML], [b"<!doctype html>", end])
    assert sent is not None
    assert b"".join(sent[1]) == page


def test_a_page_of_the_promised_length_goes_out_whole() -> None:
    """A page that comes whole, with more announced but not promised, is not held back."""
    sent = send(with_length(PAGE), [PAGE, b""])
    assert sent is not None
    assert sent[1] == [INJECTED, b""]


def test_a_beginning_of_only_white_space_is_waited_for() -> None:
    """White space and comments do not decide; they are waited for, but not for long."""
    injection = begin([HTML])
    assert injection is not None
    assert [injection.decide(chunk, True) for chunk in (b"", b"\n", b"<!-- c", b" -->", b"<!doct")] == [None] * 5
    assert injection.decide(b"ype html>", True) is True
    injection = begin([HTML])
    assert injection is not None
    assert injection.decide(b" " * UNDECIDED, True) is None
    assert injection.decide(b" ", True) is False


def test_a_response_that_breaks_off_gives_back_what_is_held() -> None:
    """After release() all bytes have gone out, without a tag, and nothing is inserted any more."""
    injection = begin([HTML])
    assert injection is not None
    assert injection.decide(PAGE, True)
    assert injection.feed(PAGE, True) + injection.release() == PAGE
    assert injection.feed(PAGE, False) == PAGE


def test_50_megabytes_are_never_held() -> None:
    """A page of 50 MB comes out with one tag, and with little more memory than a chunk."""
    row = b"<tr><td class='a'>text</td></tr>\n" * 2000
    chunks = 50_000_000 // len(row)
    head, end = b"<!doctype html><html><body><table>", b"</table></body></html>"
    size = len(head) + chunks * len(row) + len(end)
    injection = begin([HTML, (b"content-length", b"%d" % size)])
    assert injection is not None
    assert injection.decide(head, True)
    tracemalloc.start()
    sent = len(injection.feed(head, True))
    for _ in range(chunks):
        sent += len(injection.feed(row, True))
    last = injection.feed(end, False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert last == b"</table>" + TAG + b"</body></html>"
    assert sent + len(last) == size + len(TAG) == int(dict(injection.headers)[b"content-length"])
    assert peak < 4 * len(row)
