"""Asked: one request to the toolbar's own pages and API, as its handler reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from debug_toolbar_core.errors import UnknownRecord
from debug_toolbar_core.pattern import pattern

from .answers import Refused
from .document import parse
from .types import Receive, Scope

BODY_MOST = 64 * 1024
"""Bytes that a request's body may have."""
_QUERY_MOST = 4096
_FIELDS_MOST = 20
_ID = pattern(r"[A-Za-z0-9._~-]{1,128}")
_NUMBER = pattern(r"[0-9]{1,9}")


@dataclass(slots=True)
class Asked:
    """One request: its scope, the names in its path, and its query and body, read when asked for."""

    scope: Scope
    receive: Receive
    names: dict[str, str]

    @property
    def id(self) -> str:
        """The record's id in the path. Raises UnknownRecord for what cannot be one: no store is asked."""
        id = self.names["id"]
        if _ID.fullmatch(id) is None:
            raise UnknownRecord(id[:80])
        return id

    def header(self, name: bytes) -> bytes:
        """Return the first value of a header, or nothing."""
        return next((value for key, value in self.scope["headers"] if key.lower() == name), b"")

    def query(self) -> dict[str, str]:
        """Return the query by name, the last value of each."""
        query = self.scope.get("query_string", b"")
        try:
            if len(query) > _QUERY_MOST:
                raise ValueError
            return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS_MOST))
        except ValueError:
            most = f"{_QUERY_MOST} bytes and {_FIELDS_MOST} fields are read."
            raise Refused(400, "query_invalid", "The query is too long.", most) from None

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number of the query, from 1 to `most`."""
        text = self.query().get(name)
        if text is None:
            return default
        if _NUMBER.fullmatch(text) is None or not 1 <= int(text) <= most:
            raise Refused(400, "query_invalid", f"{name} must be a whole number from 1 to {most}.")
        return int(text)

    def record_id(self, name: str) -> str | None:
        """Return a record's id of the query, or None."""
        text = self.query().get(name) or None
        if text is not None and _ID.fullmatch(text) is None:
            raise Refused(400, "query_invalid", f"{name} must be a record's id.")
        return text

    async def arguments(self) -> dict[str, Any]:
        """Return the JSON object in the body."""
        content = await self.body()
        try:
            return parse(content)
        except ValueError as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
            raise Refused(400, "body_invalid", f"The body is not a JSON object: {why}.") from None

    async def body(self) -> bytes:
        """Return the body, read no further than its limit."""
        length = self.header(b"content-length")
        if length.isdigit() and (len(length) > 9 or int(length) > BODY_MOST):
            raise _too_large()
        content, more = bytearray(), True
        while more:
            message = await self.receive()
            if message["type"] != "http.request":
                raise Refused(400, "body_invalid", "The client went away before its body was complete.")
            content += message.get("body", b"")
            more = message.get("more_body", False)
            if len(content) > BODY_MOST:
                raise _too_large()
        return bytes(content)


def _too_large() -> Refused:
    return Refused(413, "body_too_large", f"The body is larger than {BODY_MOST} bytes.", "Send arguments, not data.")
