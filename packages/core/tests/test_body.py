"""Bodies: told by their type, bounded, without secrets, whatever the bytes are."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debug_toolbar_core.body import media_type, read_body
from debug_toolbar_core.exchange import Body
from debug_toolbar_core.redaction import REDACTED, Redactor


def read(content: bytes, content_type: str = "", encoding: str | None = None) -> Body:
    """Read content as the body of a message."""
    return read_body(Body(len(content), len(content), content_type, encoding, content), Redactor())


def test_json() -> None:
    """JSON is read whole, its secrets masked; the raw bytes are gone."""
    body = read(b'{"user": "bob", "password": "hunter2"}', "application/json; charset=utf-8")
    assert (body.kind, body.value, body.content) == ("json", {"user": "bob", "password": REDACTED}, b"")
    assert read(b"[1]", "application/vnd.api+json").value == [1]
    assert read('{"a": "ä"}'.encode("utf-16"), "application/json").value == {"a": "ä"}


@pytest.mark.parametrize("cut", [1, 3, 5, 7, 9])
def test_json_that_is_cut_within_a_secret(cut: int) -> None:
    """A secret whose end was not kept is masked all the same."""
    text = json.dumps({"page": "x" * 50, "user": {"password": "hunter2hunter2"}})[: -4 - cut]
    body = read(text.encode(), "application/json")
    assert body.kind == "text"
    assert "hunter" not in body.value
    assert "page" in body.value


def test_json_that_is_none() -> None:
    """Wrong, deep and number-heavy JSON is shown as text."""
    assert read(b"{oops", "application/json").kind == "text"
    assert read(b"[" * 60_000, "application/json").kind == "text"
    assert read(b"1" * 10_000, "application/json").kind == "text"


def test_forms() -> None:
    """A form's fields are pairs, in order, repeats kept, secrets masked."""
    body = read(b"a=1&a=2&password=hunter2&empty=&name=%C3%A4", "application/x-www-form-urlencoded")
    assert body.kind == "form"
    assert body.value == [("a", "1"), ("a", "2"), ("password", REDACTED), ("empty", ""), ("name", "ä")]


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nDune\r\n'
    b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n'
    b"--b\r\nContent-Disposition: form-data; name*=utf-8''%C3%A4\r\n\r\nx\r\n"
    b'--b\r\nContent-Disposition: form-data; name="cover"; filename="c.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n"
)


def test_multipart() -> None:
    """Fields of a multipart form are told, files by name, type and size only."""
    body = read(MULTIPART, 'multipart/form-data; boundary="b"')
    assert body.kind == "form"
    assert body.value == [
        ("title", "Dune"), ("password", REDACTED), ("ä", "x"), ("cover", "file 'c.png', image/png, 4 bytes"),
    ]  # fmt: skip
    assert read(MULTIPART[:90], "multipart/form-data; boundary=b").value[0] == ("title", "Dune")
    assert read(b"nothing", "multipart/form-data").value == []


def test_encoded_bodies() -> None:
    """gzip and deflate are undone, within bounds; what is not understood is shown as hexadecimal."""
    packed = gzip.compress(b'{"a": 1}')
    assert read(packed, "application/json", "gzip").value == {"a": 1}
    assert read(zlib.compress(b"hello"), "text/plain", "deflate").value == "hello"
    assert read(packed[:-12], "text/plain", "GZIP").kind == "text"
    assert read(b"\x1b\x2c", "text/html", "br").value == "1b 2c"
    assert read(b"no gzip", "text/html", "gzip").value == b"no gzip".hex(" ")
    assert read(b"hello", "text/plain", "identity").value == "hello"
    bomb = read(gzip.compress(b"a" * 50_000_000), "text/plain", "gzip")
    assert len(bomb.value) < 70_000


def test_text_and_binary() -> None:
    """Text is decoded by its charset; what is not text is shown as hexadecimal."""
    assert read("ä".encode("latin-1"), "text/plain; charset=latin-1").value == "ä"
    assert read("ä".encode(), "text/plain").value == "ä"
    assert read("ä".encode(), "text/plain; charset=nonsense").value == "ä"
    assert read(b"x", "text/plain; charset=undefined").value == "x"
    assert read(b"x", "text/plain; charset=rot13").value == "x"
    assert read(b"token=sk_live_abcdefghijklmnop", "text/plain").value == f"token={REDACTED}"
    assert read(b"plain").kind == "text"
    assert read(b"\x00\x01").value == "00 01"
    assert read(b"\xff\xfe").kind == "binary"
    assert read(b"\x89PNG" * 1000, "image/png").value.startswith("89 50 4e 47")
    assert len(read(b"\x89PNG" * 1000, "image/png").value) < 4_000
    assert read(b"<a/>", "image/svg+xml").kind == "text"


def test_media_types() -> None:
    """Parameters and case are left aside."""
    assert media_type(" Text/HTML ; charset=x") == "text/html"


KINDS = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "text/plain",
    "",
    "image/png",
]


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300) | st.sampled_from([MULTIPART, b"--b\r\n\r\nx", b'{"a":']),
    st.sampled_from(KINDS)
    | st.text(st.characters(codec="latin-1"))
    | st.sampled_from(["text/plain; charset=\x00", "a/b; charset*=x'y"]),
    st.sampled_from([None, "gzip", "deflate", "br", ""]),
)
def test_no_bytes_break_it(content: bytes, content_type: str, encoding: str | None) -> None:
    """Whatever bytes under whatever headers, reading ends in a value that JSON can hold."""
    json.dumps(read(content, content_type, encoding).value, allow_nan=False)
