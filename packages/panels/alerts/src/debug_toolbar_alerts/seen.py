"""Seen: one finished exchange, as the checks look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from debug_toolbar_core import Record, Source
from debug_toolbar_core.body import media_type
from debug_toolbar_core.exchange import Request, Response
from debug_toolbar_core.fields import Fields
from debug_toolbar_core.place import is_local, is_secure
from debug_toolbar_core.set_cookie import Cookie

_PAGES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True)
class Seen:
    """A record's request and response, with what several checks ask of them."""

    record: Record
    request: Request
    response: Response

    @classmethod
    def of(cls, record: Record) -> Seen | None:
        """Return a record's exchange, or None where there was no answer."""
        request, response = record.request, record.response
        if request is None or response is None or response.status is None:
            return None
        return cls(record, request, response)

    @cached_property
    def sent(self) -> Fields:
        """The request's headers."""
        return Fields(self.request.headers)

    @cached_property
    def answered(self) -> Fields:
        """The response's headers."""
        return Fields(self.response.headers)

    @cached_property
    def cookies(self) -> list[Cookie]:
        """The cookies that the response sets."""
        return [Cookie.parse(value) for value in self.answered.all("set-cookie")]

    @property
    def status(self) -> int:
        """The response's status."""
        return self.response.status or 0

    @property
    def media(self) -> str:
        """The response's media type."""
        return media_type(self.answered.get("content-type") or "")

    @property
    def is_page(self) -> bool:
        """Whether a browser shows the response as a page of the application: no redirect, no error."""
        return 200 <= self.status < 300 and self.media in _PAGES

    @property
    def secure(self) -> bool:
        """Whether it came over https, as far as the application knows."""
        return is_secure(self.request)

    @property
    def public(self) -> bool:
        """Whether the host is neither this machine nor one of a private network."""
        return not is_local(self.request)

    @property
    def source(self) -> Source | None:
        """Where the handler is."""
        return self.record.route.source if self.record.route is not None else None
