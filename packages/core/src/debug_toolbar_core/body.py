"""Body: what a request's or response's bytes say, read in a bounded way and redacted."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from debug_toolbar_core.exchange import Body

if TYPE_CHECKING:
    from email.message import Message

    from debug_toolbar_core.redacted import Rules

_INFLATED_MOST = 65_536
_HEX_MOST = 1_024
_PARTS_MOST = 200
_TYPE_MOST, _TYPES_KEPT = 1_000, 64


def media_type(content_type: str) -> str:
    """Return the media type alone, in lower case: `application/json`."""
    return content_type.split(";", 1)[0].strip().lower()


def read_body(body: Body, rules: Rules) -> Body:
    """Return the body with its content told as JSON, form pairs, text or hexadecimal, without secrets."""
    content, encoded = _inflated(body)
    read = Body(body.size, body.seen, body.content_type, body.encoding)
    media = media_type(body.content_type)
    if encoded:
        read.value = content[:_HEX_MOST].hex(" ")
    elif media == "application/x-www-form-urlencoded":
        pairs = parse_qsl(_text(content, body.content_type), keep_blank_values=True)
        read.kind, read.value = "form", rules.pairs(pairs)
    elif media == "multipart/form-data":
        read.kind, read.value = "form", rules.pairs(_parts(content, body.content_type))
    else:
        _read_text(read, content, media, rules)
    return read


def _read_text(read: Body, content: bytes, media: str, rules: Rules) -> None:
    if media == "application/json" or media.endswith("+json"):
        try:
            read.value = rules.value(json.loads(content))
            read.kind = "json"
            return
        except (ValueError, RecursionError):
            pass  # cut, or not JSON after all: shown as the text it is
    text = _text(content, read.content_type)
    if _is_text(media, text):
        read.kind, read.value = "text", rules.text(text)
    else:
        read.value = content[:_HEX_MOST].hex(" ")


def _is_text(media: str, text: str) -> bool:
    told = media.startswith("text/") or media.endswith(("+json", "+xml"))
    told = told or media in ("application/json", "application/xml", "application/javascript", "application/graphql")
    return told or (not media and "\ufffd" not in text and "\x00" not in text)


def _text(content: bytes, content_type: str) -> str:
    charset = _charset(content_type[:_TYPE_MOST])
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


@lru_cache(_TYPES_KEPT)
def _charset(content_type: str) -> str:
    from email.message import Message

    message = Message()
    message["content-type"] = content_type.replace("\r", " ").replace("\n", " ") or "text/plain"
    return message.get_content_charset("utf-8")


def _inflated(body: Body) -> tuple[bytes, bool]:
    """Undo gzip and deflate, bounded; tell whether the content is still encoded."""
    encoding = (body.encoding or "identity").strip().lower()
    if encoding == "identity":
        return body.content, False
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body.content, True
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body.content, _INFLATED_MOST), False
    except zlib.error:
        return body.content, True


def _parts(content: bytes, content_type: str) -> list[tuple[str, str]]:
    """Read a multipart form: fields as they are, files as their name, type and size only."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace").replace(b"\n", b" ") + b"\r\n\r\n"
    from email.message import Message
    from email.parser import BytesParser

    message = BytesParser().parsebytes(head + content)
    parts = message.get_payload()
    if not isinstance(parts, list):
        return []
    return [_part(part) for part in parts[:_PARTS_MOST] if isinstance(part, Message)]


def _part(part: Message) -> tuple[str, str]:
    from email.utils import collapse_rfc2231_value

    name = collapse_rfc2231_value(part.get_param("name", "", "content-disposition"))
    payload: Any = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    filename = part.get_filename()
    if filename is not None:
        return name, f"file {filename!r}, {part.get_content_type()}, {len(data)} bytes"
    return name, data.decode("utf-8", "replace").rstrip("\r\n")
