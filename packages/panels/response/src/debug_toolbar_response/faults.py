"""Faults: what is wrong with a response, each a notice that says what to do."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.exchange import Response
from debug_toolbar_response.header import header

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 205, 304})


def faults(record: Record) -> Iterator[Notice]:
    """Yield what is wrong with an http record's response; of other kinds, and while it is open, nothing."""
    if record.kind != "http" or record.open:
        return
    response = record.response
    if response is None or response.status is None:
        yield from _missing(record)
        return
    for found in (_cut(record, response), _failed(record, response)):
        if found is not None:
            yield found
    yield from _misshapen(response)


def _missing(record: Record) -> Iterator[Notice]:
    if record.error is None:
        yield Notice(
            "error",
            "The application returned without a response: the server answers 500, or the client had left",
            "Every path of the application must send `http.response.start` and `http.response.body`.",
            label="no response",
        )


def _cut(record: Record, response: Response) -> Notice | None:
    if response.complete:
        return None
    error = record.error
    if error is not None and not error.handled:
        text = f"`{error.type}` was raised after the response had begun: the client got a part of it"
        return Notice("error", text, "The status was sent before the failure, so it tells nothing.", label="cut")
    text = "The response is not complete: the client left, or the application stopped sending"
    return Notice("warning", text, "The last `http.response.body` must be sent without `more_body`.", label="cut")


def _failed(record: Record, response: Response) -> Notice | None:
    if record.error is not None or response.status is None or response.status < 500:
        return None
    text = f"The application answered {response.status} and no exception was seen"
    return Notice("warning", text, "It made this answer itself, or caught the exception before.", label="5xx")


def _misshapen(response: Response) -> Iterator[Notice]:
    status = response.status
    if status in _REDIRECTS and header(response, "location") is None:
        yield Notice("warning", f"The answer is {status} without a `Location`: nobody can follow it", label="redirect")
    if status in _BODILESS:
        if response.size:
            text = f"A {status} has no body, but {response.size} bytes were sent: servers drop them or fail"
            yield Notice("warning", text, "Leave the body out, or answer 200.", label="body")
    elif response.size and response.complete and (said := _length(response)) not in (None, response.size):
        # Nothing counted says nothing: an answer to HEAD, or a file that the server sends by its path.
        text = f"`Content-Length` says {said} bytes; {response.size} were sent"
        hint = "Whoever changed the body last (a middleware) must set the length anew."
        yield Notice("warning", text, hint, label="content length")
    elif response.size and header(response, "content-type") is None:
        text = "The response has a body but no `Content-Type`: clients guess what it is"
        yield Notice("info", text, "Set the media type where the response is made.", label="content type")


def _length(response: Response) -> int | None:
    said = header(response, "content-length") or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else None
