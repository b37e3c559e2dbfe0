"""Reading: what the headers of one exchange say, by message and by topic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Section
from debug_toolbar_core.fields import Fields
from debug_toolbar_core.place import is_local, is_secure, origin_of
from debug_toolbar_headers.authentication import authentication
from debug_toolbar_headers.caching import caching
from debug_toolbar_headers.cookies import cookies
from debug_toolbar_headers.cors import CORS
from debug_toolbar_headers.message import message
from debug_toolbar_headers.security import Target, security
from debug_toolbar_headers.topic import Topic

_PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Reading:
    """Reads headers, passing by the security headers that are not missed."""

    ignore: Collection[str]
    hsts: int

    def read(self, record: Record) -> Iterable[Block]:
        """Yield what a record's headers say: notices, and a tab for each message and topic."""
        request = Fields(() if record.request is None else record.request.headers)
        response = Fields(() if record.response is None else record.response.headers)
        yield Badge(f"{len(request)} · {len(response)}")
        topics = list(self.topics(record, request, response))
        for topic in topics:
            yield from topic.notices()
        tabs = [message("Response", response)] if record.response is not None else []
        tabs += [message("Request", request)] if record.request is not None else []
        yield Section("Headers", [*tabs, *(tab for topic in topics if (tab := topic.section()))], tabs=True)

    def topics(self, record: Record, request: Fields, response: Fields) -> Iterator[Topic]:
        """Yield what each check says; of a websocket, only what concerns one."""
        secure, local = is_secure(record.request), is_local(record.request)
        method = "GET" if record.request is None else record.request.method
        status = None if record.response is None else record.response.status
        if record.kind == "http" and status is not None:
            target = Target(_is_page(response, status), secure, local, self.hsts)
            yield security(response, target, frozenset(name.lower() for name in self.ignore))
            yield CORS(request, response, method, origin_of(record.request, request.get("host")), status).explain()
            yield caching(request, response, method, status)
        yield cookies(request, response, secure, local)
        yield authentication(request, response, secure, local)


def _is_page(response: Fields, status: int) -> bool:
    # What protects a page is not asked of redirects and error pages: in development those are the framework's.
    media = (response.get("content-type") or "").partition(";")[0].strip().lower()
    return 200 <= status < 300 and media in _PAGES
