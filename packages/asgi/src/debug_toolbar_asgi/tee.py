"""Tee: counts a body's bytes and keeps references to the first of them; never reads, never delays."""

from __future__ import annotations

from debug_toolbar_core.exchange import Body

_OPAQUE = (b"image/", b"video/", b"audio/", b"font/", b"application/octet-stream", b"application/zip")
_PREVIEW = 1_024


def room_for(content_type: bytes, limit: int) -> int:
    """Return how many bytes of a body are worth keeping: few where nobody can read them."""
    return min(limit, _PREVIEW) if content_type.startswith(_OPAQUE) else limit


class Tee:
    """The first bytes of one body, and how many there were."""

    __slots__ = ("chunks", "limit", "room", "size")

    def __init__(self, room: int) -> None:
        self.limit = self.room = room
        self.size = 0
        self.chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Count a chunk, and keep what there is room for."""
        self.size += len(chunk)
        room = self.room
        if room > 0:
            self.chunks.append(chunk if len(chunk) <= room else bytes(chunk[:room]))
            self.room = room - len(chunk)

    @property
    def seen(self) -> int:
        """Bytes kept."""
        return self.limit - max(self.room, 0)

    def body(self, content_type: str, encoding: str | None) -> Body | None:
        """Return what is known of the body, or None when there was none."""
        if not self.size:
            return None
        content = b"".join(self.chunks)
        return Body(self.size, len(content), content_type, encoding, content)
