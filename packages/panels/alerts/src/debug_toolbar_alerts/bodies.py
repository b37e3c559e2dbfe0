"""Bodies: those that are large, and texts that went out uncompressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from debug_toolbar_alerts.seen import Seen
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.units import percent, size

_TEXTS = frozenset(
    {"application/json", "application/javascript", "application/xml", "application/xhtml+xml", "image/svg+xml"}
)
_STREAMED = frozenset({"text/event-stream", "application/x-ndjson", "application/jsonl"})


def large(seen: Seen, most: int) -> Iterator[Notice]:
    """Tell of bodies larger than they should be; a file that is downloaded is as large as it is."""
    response, request = seen.response, seen.request.body
    disposition = (seen.answered.get("content-disposition") or "").lower()
    if response.size > most and not disposition.startswith("attachment") and not _is_media(seen.media):
        text = f"The response has {size(response.size)} of {seen.media or 'an unnamed type'}"
        hint = (
            "Send pages of it, or fewer fields of each."
            if _is_text(seen.media)
            else "Stream it, or send a smaller one."
        )
        yield Notice("warning", text, hint, seen.source, "large body")
    if request is not None and request.size > most:
        text = f"The request has a body of {size(request.size)}"
        hint = "Where it is not a file, clients may send less of it; limit what the application accepts."
        yield Notice("info", text, hint, seen.source, "large body")


def uncompressed(seen: Seen, least: int) -> Iterator[Notice]:
    """Tell of a text that went out as it is, although the client understands compression."""
    response = seen.response
    if response.encoding or response.size < least or not _is_text(seen.media) or seen.status in (206, 304):
        return
    accepted = (seen.sent.get("accept-encoding") or "").lower()
    if not any(name in accepted for name in ("gzip", "br", "zstd", "deflate")):
        return
    share = _share(seen)
    saves = f"about {percent(1 - share)} of it" if share else "most of it"
    text = f"{size(response.size)} of {seen.media} went out uncompressed"
    hint = f"A compressing middleware, or the server in front of the application, saves {saves}."
    yield Notice("info", text, hint, label="uncompressed")


def _share(seen: Seen) -> float:
    """Return which share of the kept text would be left once it is compressed; 0 where no text was kept."""
    body = seen.response.body
    if body is None or not isinstance(body.value, str) or not body.value:
        return 0.0
    plain = body.value.encode("utf-8", "replace")
    return len(zlib.compress(plain, 1)) / len(plain)


def _is_text(media: str) -> bool:
    if media in _STREAMED:
        return False
    return media.startswith("text/") or media in _TEXTS or media.endswith(("+json", "+xml"))


def _is_media(media: str) -> bool:
    return media.startswith(("video/", "audio/"))
