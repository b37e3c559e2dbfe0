"""Tee: counts a body's bytes and keeps references to the first of them; never reads, never delays."""

from __future__ import annotations

from debug_toolbar_core.exchange import Body

_OPAQUE = (b"image/", b"video/", b"audio/", b"font/", b"application/octet-stream", b"application/zip")
_PREVIEW = 1_024
_KNOWN, _LONG = 256, 100


class Media(dict[bytes, tuple[int, bool]]):
    """What a content type means here: how many bytes of such a body are worth keeping, and whether it is HTML.

    Each spelling is looked at once, up to a number of them.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def __missing__(self, content_type: bytes) -> tuple[int, bool]:
        told = content_type.lower()
        room = min(self.limit, _PREVIEW) if told.startswith(_OPAQUE) else self.limit
        if len(self) < _KNOWN and len(content_type) <= _LONG:
            self[content_type] = room, b"html" in told
        return room, b"html" in told


class Tee:
    """The first bytes of one body, and how many there were."""

    __slots__ = ("chunks", "limit", "room", "size")

    def __init__(self, room: int = 0) -> None:
        self.limit = self.room = room
        self.size = 0
        self.chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Count a chunk, and keep what there is room for."""
        size = len(chunk)
        self.size += size
        room = self.room
        if room > 0:
            self.chunks.append(chunk if size <= room else bytes(chunk[:room]))
            self.room = room - size

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
