"""Preview: a request's or response's body by its kind, as far as it was kept."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.blocks import Block, Code, Column, Row, Table, Tree
from debug_toolbar_core.exchange import Body
from debug_toolbar_core.units import size

_LANGUAGES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/xml": "html",
    "text/xml": "html",
    "image/svg+xml": "html",
    "application/json": "json",
}


def preview(body: Body | None) -> Iterator[Block]:
    """Yield the body as a tree, a table, or a text in its language; nothing when nothing was kept."""
    if body is None or (body.kind != "json" and body.value in (None, "", [])):
        return
    if body.kind == "json":
        yield Tree(body.value, open=2)
    elif body.kind == "form" and isinstance(body.value, list):
        pairs = [pair for pair in body.value if isinstance(pair, (list, tuple)) and len(pair) == 2]
        yield Table([Column("Name", "code"), Column("Value")], [Row(tuple(pair)) for pair in pairs], "Fields")
    elif body.kind == "binary":
        text = str(body.value)
        yield Code(text, "text", title=f"First {size(len(text.split()))}, hexadecimal")
    else:
        yield Code(str(body.value), language(body.content_type))


def language(content_type: str) -> str:
    """Return the language that a body's media type is highlighted in.

    >>> language("text/html; charset=utf-8"), language("application/problem+json"), language("text/csv")
    ('html', 'json', 'text')
    """
    media = content_type.partition(";")[0].strip().lower()
    return "json" if media.endswith("+json") else _LANGUAGES.get(media, "text")
