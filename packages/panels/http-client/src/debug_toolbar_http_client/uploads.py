"""Uploads: bodies that are made while they are sent, counted on their way; no header tells their length."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache
from types import ModuleType
from typing import Any

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods whose requests have no body."""


class _Counted:
    """A stream of httpx with every chunk counted."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.size = 0


class _Direct(_Counted):
    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.stream:
            self.size += len(chunk)
            yield chunk

    def close(self) -> None:
        self.stream.close()


class _Waiting(_Counted):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self.stream:
            self.size += len(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self.stream.aclose()


@cache
def _kinds(module: ModuleType) -> tuple[type, type]:
    """Return our streams as the library's own kinds: it looks at their types."""
    return (
        type("Counted", (_Direct, module.SyncByteStream), {}),
        type("CountedLater", (_Waiting, module.AsyncByteStream), {}),
    )


def counted(module: Any, request: Any, asynchronous: bool) -> Any:
    """Put a counting stream in the place of a request's, where its length is not known; return it, or None."""
    if "transfer-encoding" not in request.headers:
        return None
    direct, waiting = _kinds(module)
    wanted = module.AsyncByteStream if asynchronous else module.SyncByteStream
    if not isinstance(request.stream, wanted):  # the client's to refuse
        return None
    request.stream = (waiting if asynchronous else direct)(request.stream)
    return request.stream
