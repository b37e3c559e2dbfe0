"""Static: the front end's built files, by name from a dictionary; no path ever becomes a file's."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import debug_toolbar_ui
from debug_toolbar_core.offload import offload
from debug_toolbar_core.pattern import pattern

from .answers import Answer, Refused
from .asked import Asked
from .types import Headers

_TYPES: Final = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".json": b"application/json",
    ".map": b"application/json",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
    ".woff2": b"font/woff2",
}
_HASHED = pattern(r".+-[A-Z0-9]{8}\.[a-z0-9]+")
_NO_GZIP = pattern(rb"gzip\s*;\s*q=0(?:\.0*)?(?![0-9.])")


class Static:
    """Answers with files; each is read and compressed once, when first asked for, and kept."""

    def __init__(self, files: Mapping[str, Path] | None = None) -> None:
        self._files = files
        self._kept: dict[str, tuple[bytes, bytes]] = {}

    @property
    def files(self) -> Mapping[str, Path]:
        """What may be served; nothing, as long as the front end is not built."""
        if self._files is None:
            try:
                self._files = debug_toolbar_ui.files()
            except debug_toolbar_ui.FrontEndMissing:
                return {}
        return self._files

    async def file(self, asked: Asked) -> Answer:
        """Answer with one file, compressed for whoever accepts that."""
        name = asked.names["name"]
        plain, packed = self._kept.get(name) or await self._read(name)
        if not accepts_gzip(asked.header(b"accept-encoding")):
            return Answer(200, plain, _headers(name))
        return Answer(200, packed, [*_headers(name), (b"content-encoding", b"gzip")])

    async def _read(self, name: str) -> tuple[bytes, bytes]:
        path = self.files.get(name)
        try:
            if path is None:
                raise FileNotFoundError
            kept = await offload(_pack, path)
        except FileNotFoundError:
            hint = "Reload the page: after an update its files have new names."
            raise Refused(404, "file_unknown", "The toolbar has no such file.", hint) from None
        return self._kept.setdefault(name, kept)


def accepts_gzip(value: bytes) -> bool:
    """Return whether an Accept-Encoding header lets gzip in."""
    lower = value.lower()
    return b"gzip" in lower and _NO_GZIP.search(lower) is None


def _pack(path: Path) -> tuple[bytes, bytes]:
    plain = path.read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0)


def _headers(name: str) -> Headers:
    """A name with a hash never changes its content, so it may be kept for a year."""
    hashed = _HASHED.fullmatch(name) is not None
    kept = b"public, max-age=31536000, immutable" if hashed else b"no-store"
    kind = _TYPES.get(Path(name).suffix, b"application/octet-stream")
    return [(b"content-type", kind), (b"cache-control", kept), (b"vary", b"accept-encoding")]
