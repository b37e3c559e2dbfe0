"""Seen: a stored call, read from its span whatever its attributes hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_http_client.call import NAMES, PANEL, place

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ID = re.compile(r"[0-9a-f]{8,40}")
_LINK = re.compile(r"/[\w\-.~/%]*#/r/[0-9a-f]{8,40}")


@dataclass(frozen=True, slots=True)
class Seen:
    """One call of a record, and the span it is."""

    index: int
    span: Span

    def text(self, name: str) -> str:
        """Return an attribute that is text, or none."""
        value = self.span.attributes.get(name)
        return value if type(value) is str else ""

    def number(self, name: str) -> float | None:
        """Return an attribute that is a number, or None."""
        value = self.span.attributes.get(name)
        return value if type(value) in (int, float) else None

    def flag(self, name: str) -> bool | None:
        """Return an attribute that is yes or no, or None."""
        value = self.span.attributes.get(name)
        return value if type(value) is bool else None

    def listed(self, name: str) -> list[Any]:
        """Return an attribute that is a list."""
        value = self.span.attributes.get(name)
        return list(value) if isinstance(value, (list, tuple)) else []

    @property
    def method(self) -> str:
        return self.text("http.request.method")

    @property
    def url(self) -> str:
        return self.text("url.full")

    @property
    def status(self) -> int | None:
        status = self.number("http.response.status_code")
        return None if status is None else int(status)

    @property
    def error(self) -> str:
        """The type of the error that the application saw, or none."""
        return self.text("error.type")

    @property
    def end(self) -> float:
        return self.span.start if self.span.end is None else self.span.end

    @property
    def seconds(self) -> float:
        return self.span.duration

    @property
    def asynchronous(self) -> bool:
        client = self.text("http.client")
        return client == "aiohttp" or client.endswith("AsyncClient")

    @property
    def host(self) -> str:
        """The server: `api.example:8443`."""
        return place(self.url).partition("/")[0]

    def name(self, server: str) -> str:
        """Return what was asked for; without the server where that is said elsewhere."""
        name = self.span.name
        return name.replace(f" {server}", " ", 1) if server and f" {server}/" in name else name

    @property
    def unanswered(self) -> bool:
        """Whether it still ran when its record was closed."""
        return self.span.attributes.get("unfinished") is True

    def phase(self, name: str) -> float | None:
        """Return the seconds a phase took, or None where the client told nothing of it."""
        return self.number(NAMES[name])

    def headers(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the fields of `request` or `response`."""
        for pair in self.listed(f"http.{name}.headers"):
            if isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(part) is str for part in pair):
                yield pair[0], pair[1]

    def record(self) -> tuple[str, str | None] | None:
        """Return the id of the record that the callee made of this call, and where it is shown."""
        found, link = self.text("debug_toolbar.id"), self.text("debug_toolbar.link")
        if not _ID.fullmatch(found):
            return None
        scheme = self.url.partition("://")[0].lower()
        shown = scheme in ("http", "https") and self.host and _LINK.fullmatch(link) and not link.startswith("//")
        return found, f"{scheme}://{self.host}{link}" if shown else None


def calls(record: Record) -> list[Seen]:
    """Return a record's calls, in the order they began."""
    found = [Seen(index, span) for index, span in enumerate(record.spans) if span.panel == PANEL]
    return sorted(found, key=lambda call: call.span.start)
